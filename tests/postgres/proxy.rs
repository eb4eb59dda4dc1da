//! Something between a worker and the server that cuts connections.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A proxy on loopback.
#[derive(Debug)]
pub(crate) struct Proxy {
    port: u16,
    open: Arc<Mutex<Vec<TcpStream>>>,
    cuts: Mutex<usize>,
}

impl Proxy {
    /// Passes on to `port`, from another port.
    pub(crate) fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let open: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let connections = Arc::clone(&open);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", to)) else { continue };
                let (from, back) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                connections.lock().unwrap().push(client.try_clone().unwrap());
                thread::spawn(move || pass(client, server));
                thread::spawn(move || pass(back, from));
            }
        });
        Self { port, open, cuts: Mutex::new(0) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Cuts all connections that are open, wherever they are in what they say.
    pub(crate) fn cut(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            if stream.shutdown(Shutdown::Both).is_ok() {
                *self.cuts.lock().unwrap() += 1;
            }
        }
    }

    /// How many were cut.
    pub(crate) fn cuts(&self) -> usize {
        *self.cuts.lock().unwrap()
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = [0; 4096];
    while let Ok(read) = from.read(&mut bytes) {
        if read == 0 || to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
