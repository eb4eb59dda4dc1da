//! A server under load: 64 clients over loopback, of whose requests one in ten is broken off and one in twenty is malformed.
//!
//! `cargo bench --bench serve_http --features serve` trains a small MLP on digits, starts `kiln serve`, and prints for each round of
//! 10,000 requests: answers by status, requests a second, the median and the 99th percentile of the time to a prediction, and the memory of the
//! server. It fails where an answer is not what its request deserves. What follows `--` is given to `kiln serve`; `--rounds N` and `--clean` (nothing broken off or
//! malformed) are its own. With `--at ADDRESS PID` it loads another server, such as that of `bench/serve_peer.py`.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

type Error = Box<dyn std::error::Error + Send + Sync>;

const CLIENTS: usize = 64;
const REQUESTS: usize = 10_000;
/// What is wrong, by turns.
const MALFORMED: [&str; 4] = ["{", "[[1, 2]]", "[[0, 256]]", "{\"image\": 1}"];

/// What the command line says.
struct Options {
    rounds: usize,
    is_clean: bool,
    at: Option<(SocketAddr, u32)>,
    more: Vec<String>,
}

fn options() -> Result<Options, Error> {
    let mut options = Options { rounds: 5, is_clean: false, at: None, more: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut next = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            // Cargo's own.
            "--bench" => {}
            "--rounds" => options.rounds = next()?.parse()?,
            "--clean" => options.is_clean = true,
            "--at" => options.at = Some((next()?.parse()?, next()?.parse()?)),
            _ => options.more.push(argument),
        }
    }
    Ok(options)
}

/// A server that ends with the value.
struct Server {
    child: Child,
    address: SocketAddr,
    folder: std::path::PathBuf,
}

impl Server {
    fn start(more: &[String]) -> Result<Self, Error> {
        let folder = std::env::temp_dir().join(format!("kiln-bench-serve-http-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let kiln = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_kiln"));
            command.current_dir(&folder);
            command
        };
        let trained = kiln().args(["train", "digits", "train.epochs=5", "-q"]).status()?;
        assert!(trained.success(), "the training failed");
        let serve = ["serve", "last", "--port", "0", "--json", "-q"];
        let mut child = kiln().args(serve).args(more).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().ok_or("no output")?).read_line(&mut line)?;
        let event: serde_json::Value = serde_json::from_str(&line)?;
        let address =
            event["url"].as_str().and_then(|url| url.strip_prefix("http://")).ok_or("no address")?;
        Ok(Self { address: address.parse()?, child, folder })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The body of request `number`: an image of digits' size.
fn image(number: usize) -> String {
    let pixel = |y: usize, x: usize| (number * 7 + y * 31 + x * 17) % 256;
    let row = |y| (0..8).map(|x| pixel(y, x).to_string()).collect::<Vec<_>>().join(",");
    format!("[[{}]]", (0..8).map(row).collect::<Vec<_>>().join("],["))
}

fn request(body: &str) -> Vec<u8> {
    let head =
        "POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ";
    format!("{head}{}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Reads an answer; its status.
fn answer(stream: &mut BufReader<TcpStream>) -> io::Result<u16> {
    let (mut line, mut length, mut status) = (String::new(), 0, None);
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let text = line.trim_end().to_ascii_lowercase();
        if status.is_none() {
            status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        } else if let Some(value) = text.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        } else if text.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    status.ok_or_else(|| io::Error::other("no status"))
}

/// What a client saw.
#[derive(Default)]
struct Seen {
    statuses: BTreeMap<String, usize>,
    times: Vec<Duration>,
    wrong: Vec<String>,
}

fn connect(address: SocketAddr) -> io::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    Ok(BufReader::new(stream))
}

/// The requests of one client, whose numbers are `client`, `client + CLIENTS` and so on.
fn client(client: usize, address: SocketAddr, is_clean: bool) -> Result<Seen, Error> {
    let mut seen = Seen::default();
    let mut stream = connect(address)?;
    for number in (client..REQUESTS).step_by(CLIENTS) {
        // Neither is a multiple of the number of clients, so each has its share.
        let breaks_off = !is_clean && number % 10 == 3;
        let is_malformed = !is_clean && number % 20 == 7;
        if breaks_off {
            let bytes = request(&image(number));
            let sent = if number % 20 == 3 { bytes.len() } else { bytes.len() - 20 };
            stream.get_mut().write_all(&bytes[..sent])?;
            stream = connect(address)?;
            *seen.statuses.entry("broken off".to_owned()).or_default() += 1;
            continue;
        }
        let body = if is_malformed { MALFORMED[number / 20 % 4].to_owned() } else { image(number) };
        let bytes = request(&body);
        let began = Instant::now();
        stream.get_mut().write_all(&bytes)?;
        let status = answer(&mut stream)?;
        if !is_malformed {
            seen.times.push(began.elapsed());
        }
        let is_right = if is_malformed { (400..500).contains(&status) } else { status == 200 };
        if !is_right {
            seen.wrong.push(format!("{status} for {body}"));
        }
        *seen.statuses.entry(status.to_string()).or_default() += 1;
    }
    Ok(seen)
}

/// MiB that a process holds.
fn memory(pid: u32) -> Result<f64, Error> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<f64>()? / 1024.0)
}

fn main() -> Result<(), Error> {
    let options = options()?;
    let own = if options.at.is_none() { Some(Server::start(&options.more)?) } else { None };
    let (address, pid) = match (&own, options.at) {
        (Some(server), _) => (server.address, server.child.id()),
        (None, at) => at.ok_or("no server")?,
    };
    println!("{CLIENTS} clients, {REQUESTS} requests a round; {:.1} MiB at the start", memory(pid)?);
    let mut failed = 0;
    for round in 1..=options.rounds {
        let began = Instant::now();
        let all: Vec<Result<Seen, Error>> = std::thread::scope(|scope| {
            let run = |number| scope.spawn(move || client(number, address, options.is_clean));
            let threads: Vec<_> = (0..CLIENTS).map(run).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|_| Err("a panic".into())))
                .collect()
        });
        let seconds = began.elapsed().as_secs_f64();
        let mut seen = Seen::default();
        for of_client in all {
            let of_client = of_client?;
            of_client
                .statuses
                .into_iter()
                .for_each(|(status, count)| *seen.statuses.entry(status).or_default() += count);
            seen.times.extend(of_client.times);
            seen.wrong.extend(of_client.wrong);
        }
        seen.times.sort();
        let at = |share: f64| seen.times[(seen.times.len() as f64 * share) as usize].as_secs_f64() * 1e3;
        println!(
            "round {round}: {:?}; {:.0} requests a second, median {:.2} ms, p99 {:.2} ms, most {:.2} ms; {:.1} MiB",
            seen.statuses,
            REQUESTS as f64 / seconds,
            at(0.5),
            at(0.99),
            at(0.999_999),
            memory(pid)?,
        );
        seen.wrong.iter().take(5).for_each(|wrong| println!("  wrong: {wrong}"));
        failed += seen.wrong.len();
    }
    if failed > 0 { Err(format!("{failed} answers are wrong").into()) } else { Ok(()) }
}
