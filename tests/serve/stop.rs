//! The end: what was begun is finished, nothing new is taken.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use crate::client::head;
use crate::predictions::wages;
use crate::server::Server;

#[test]
fn a_signal_finishes_what_was_begun_and_refuses_the_rest() {
    let place = wages();
    for signal in ["-INT", "-TERM"] {
        let server = Server::start(&place, "--max-wait 1500");
        let body = server.get("/example").body;
        let request =
            [head("POST", "/predict", &["content-type: application/json"], body.len()).into_bytes(), body]
                .concat();
        let mut clients: Vec<_> = (0..8).map(|_| server.client()).collect();
        clients.iter_mut().for_each(|client| client.send(&request).unwrap());
        // Open, and with nothing to do.
        let mut idle = server.client();
        assert_eq!(idle.request("GET", "/health", &[], b"").unwrap().status, 200);
        server.until("all wait", |server| server.metric("kiln_queue_requests") == 8.0);
        server.signal(signal);
        let refused = || matches!(TcpStream::connect(server.address), Err(error) if error.kind() == ErrorKind::ConnectionRefused);
        server.until("it takes no more", |_| refused());
        assert!(idle.is_closed());
        for mut client in clients {
            let answer = client.answer().unwrap();
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert!(client.is_closed());
        }
        let (status, said) = server.end();
        assert!(status.success() && said.ends_with("stopped\n"), "{status}: {said}");
    }
}

#[test]
fn clients_that_hang_do_not_keep_it_for_ever_and_a_second_signal_ends_it_at_once() {
    let place = wages();
    let server = Server::start(&place, "--timeout 1");
    let mut hanging = server.client();
    hanging.send("POST /predict HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\ncontent-type: application/json\r\n\r\n[").unwrap();
    server.until("it came", |server| server.metric("kiln_in_flight") == 2.0);
    let began = Instant::now();
    server.signal("-TERM");
    assert!(server.end().0.success());
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());

    let server = Server::start(&place, "--timeout 3000");
    let mut hanging = server.client();
    hanging.send("POST /predict HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\ncontent-type: application/json\r\n\r\n[").unwrap();
    server.until("it came", |server| server.metric("kiln_in_flight") == 2.0);
    server.signal("-TERM");
    server.until("it stops", |server| TcpStream::connect(server.address).is_err());
    server.signal("-TERM");
    let status = server.end().0;
    assert_eq!((status.code(), status.signal()), (Some(143), None));
}
