//! Bodies that are sent, and bodies that are read.

use super::*;

#[test]
fn the_body_is_sent_once() {
    use http_body::Body as _;

    let mut body = Body::from(b"a=1".to_vec());
    assert!(!body.is_end_stream());
    assert_eq!(body.size_hint().exact(), Some(3));
    let cx = &mut Context::from_waker(std::task::Waker::noop());
    let mut next = || std::pin::Pin::new(&mut body).poll_frame(cx);
    let Poll::Ready(Some(Ok(frame))) = next() else {
        panic!("a frame");
    };
    assert_eq!(frame.into_data().unwrap(), "a=1");
    assert!(matches!(next(), Poll::Ready(None)));
    assert!(body.is_end_stream());
}

#[tokio::test]
async fn text_has_a_content_type() {
    let text = Some("text/plain;charset=UTF-8");
    let html: Lines<'_> = &[("Content-Type", "text/html")];
    for (body, headers, expected) in [
        (testing::Body::from("é"), &[][..], text),
        ("text".to_owned().into(), &[], text),
        ("text".into(), html, Some("text/html")),
        ("".into(), &[], None),
        (().into(), &[], None),
        (b"bytes".to_vec().into(), &[], None),
        (b"bytes"[..].into(), html, Some("text/html")),
        (bytes::Bytes::from_static(b"bytes").into(), &[], None),
    ] {
        let browser = browser_with_preflight(
            204,
            &[
                ("access-control-allow-origin", PAGE),
                ("access-control-allow-headers", "content-type"),
            ],
        );
        let request = request("POST", "/", headers).map(|_| body.clone());
        browser.page(PAGE).fetch(request).await.unwrap();
        // Text needs no preflight, other types do.
        assert_eq!(browser.preflights(), usize::from(!headers.is_empty()));
        let sent = last_sent(&browser);
        let sent = sent.headers().get("content-type");
        assert_eq!(sent.map(|v| v.to_str().unwrap()), expected, "{body:?}");
    }
}

/// A body like an event stream's: nothing comes, and it does not end.
#[derive(Default)]
struct Endless;

impl http_body::Body for Endless {
    type Data = bytes::Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_response_that_never_ends_is_read_by_its_headers() {
    let service = tower::service_fn(|_: Request<Body>| async {
        let mut response = Response::new(Endless);
        *response.headers_mut() = map(&[
            ("access-control-allow-origin", PAGE),
            ("content-type", "text/event-stream"),
        ]);
        Ok::<_, Infallible>(response)
    });
    let browser = Browser::new(service);
    let page = browser.page(PAGE).headers_only();
    let readable = page.get("/").await.unwrap();
    assert_headers(readable.headers(), &[("content-type", "text/event-stream")]);
    assert_eq!(readable.body(), b"");
    assert_eq!(page.navigate("/").await.unwrap().body(), b"");
    assert_eq!(page.web_socket("/").await.unwrap().body(), b"");

    let page = browser.page(PAGE);
    let mut whole = Box::pin(page.get("/"));
    let cx = &mut Context::from_waker(std::task::Waker::noop());
    assert!(whole.as_mut().poll(cx).is_pending());
}

#[tokio::test]
async fn json_is_read() {
    let browser = browser(|request| {
        let body = request.uri().query().unwrap_or_default().to_owned();
        allowed().map(|_| body)
    });
    let page = browser.page(PAGE);
    let readable = page.get("/?[1,2]").await.unwrap();
    assert_eq!(readable.json::<Vec<u32>>().unwrap(), [1, 2]);
    let error = readable.json::<bool>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid type: sequence, expected a boolean at line 1 column 0"
    );
    let readable = page.get("/").await.unwrap();
    let error = readable.json::<serde_json::Value>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "EOF while parsing a value at line 1 column 0"
    );
}
