//! Serves a run: a line of cells in, a line of JSON out, from standard input or for eight connections at once.
//!
//! ```text
//! kiln train iris
//! cargo run --release --example serve -- last
//! cargo run --release --example serve -- last 127.0.0.1:8080   # and then: nc 127.0.0.1 8080
//! ```

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpListener;

use kiln::prelude::*;

/// Answers every line. The cells come in the order of the columns.
fn answer(predictor: &Predictor, lines: impl BufRead, mut out: impl Write) -> io::Result<()> {
    for line in lines.lines() {
        let line = line?;
        let cells: Vec<&str> = line.split(',').collect();
        let answer = match predictor.predict_row(&cells) {
            Ok(prediction) => serde_json::to_string(&prediction)?,
            Err(error) => serde_json::json!({ "error": error.to_string() }).to_string(),
        };
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let run = arguments.next().unwrap_or_else(|| "last".to_owned());
    let predictor = Run::find(&run, "runs")?.best(&DeviceName::Auto.open()?)?;
    for damaged in predictor.passed_over() {
        eprintln!("warning: {damaged}; serving the weights of {}", predictor.checkpoint().display());
    }
    let Some(address) = arguments.next() else {
        return Ok(answer(&predictor, io::stdin().lock(), io::stdout())?);
    };
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for connection in listener.incoming().flatten() {
                    // A client that goes away is not the end of the server.
                    let _ = answer(&predictor, BufReader::new(&connection), &connection);
                }
            });
        }
    });
    Ok(())
}
