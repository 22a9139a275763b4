//! Configuration files: what is read is written and read again the same, and
//! what compiles gives a configuration that compiles to itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tower_cors::{CorsConfig, MaxAge};

fuzz_target!(|text: &str| {
    let Ok(config) = toml::from_str::<CorsConfig>(text) else {
        return;
    };
    let json = serde_json::to_string(&config).expect("it can be written");
    assert_eq!(serde_json::from_str::<CorsConfig>(&json).expect(&json), config);
    match config.compile() {
        Ok(policy) => {
            let normalised = policy.config();
            assert!(!matches!(normalised.max_age, MaxAge::For(age) if age.as_secs() == 0));
            let again = normalised.compile().expect("it compiled before");
            assert_eq!(again.config(), normalised);
            assert_eq!(again.advisories().len().min(1), policy.advisories().len().min(1));
        }
        Err(errors) => {
            assert!(errors.iter().len() > 0);
            assert_eq!(errors.iter().len(), serde_json::to_value(&errors).expect("errors are written").as_array().map_or(0, Vec::len));
        }
    }
});
