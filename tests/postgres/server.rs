//! A PostgreSQL server in a temporary folder, from Debian's package `postgresql`. It refuses to run as root, so as root it runs as another
//! user.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A server, which ends with this value.
#[derive(Debug)]
pub(crate) struct Server {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Server {
    /// Makes a database cluster with the user `kiln` and the database `kiln`, and starts its server.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { programs: programs(), folder, port, child: None };
        fs::create_dir(server.data()).unwrap();
        if let Some((user, group)) = other_user() {
            chown(server.data(), Some(user), Some(group)).unwrap();
        }
        let mut make = server.command("initdb");
        make.args(["--username=kiln", "--auth=trust", "--encoding=UTF8", "--no-sync", "--pgdata"])
            .arg(server.data());
        let output = make.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        server.run();
        let mut create = server.command("createdb");
        create.args(["--host=127.0.0.1", "--username=kiln", "--port", &port.to_string(), "kiln"]);
        assert!(create.status().unwrap().success());
        server
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn address(&self) -> String {
        self.address_at(self.port)
    }

    /// The address by way of another port.
    pub(crate) fn address_at(&self, port: u16) -> String {
        format!("postgres://kiln@127.0.0.1:{port}/kiln")
    }

    /// Ends the server as a power cut does, and starts it again.
    pub(crate) fn restart(&mut self) {
        self.stop();
        self.run();
    }

    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // SIGQUIT: at once, and what is in its log has to do.
            let quit = Command::new("kill").args(["-QUIT", &child.id().to_string()]).status();
            assert!(quit.unwrap().success());
            child.wait().unwrap();
        }
    }

    /// How many connections are at work now, and how many of them wait for a lock of another.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        let mut ask = self.command("psql");
        let query = "SELECT count(*), count(*) FILTER (WHERE wait_event_type = 'Lock') FROM pg_stat_activity \
                     WHERE state = 'active' AND application_name = 'kiln'";
        ask.args(["--host=127.0.0.1", "--username=kiln", "-At", "-F", " ", "-c", query, "--port"]);
        let output = ask.arg(self.port.to_string()).arg("kiln").stdout(Stdio::piped()).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let mut numbers = said.split_whitespace().map(|number| number.parse().unwrap());
        (numbers.next().unwrap(), numbers.next().unwrap())
    }

    fn run(&mut self) {
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data()).args(["-p", &self.port.to_string(), "-h", "127.0.0.1", "-k", ""]);
        command.args(["-c", "max_connections=200"]);
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        self.child = Some(command.stderr(log).spawn().unwrap());
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() || !self.answers() {
            let said = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(began.elapsed() < Duration::from_secs(60), "{}", said());
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn answers(&self) -> bool {
        let mut ready = self.command("pg_isready");
        ready.args(["--host=127.0.0.1", "--port", &self.port.to_string()]);
        ready.status().unwrap().success()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .env("LC_ALL", "C.UTF-8");
        if let Some((user, group)) = other_user() {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = Command::new("kill").args(["-QUIT", &child.id().to_string()]).status();
            let _ = child.wait();
        }
    }
}

/// Where the programs of the newest version are: Debian keeps them out of the path.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    folders.sort();
    let found = folders.into_iter().rev().find(|folder| {
        ["initdb", "postgres", "createdb", "pg_isready"].iter().all(|program| folder.join(program).is_file())
    });
    found.expect("there is no PostgreSQL: install Debian's package `postgresql`")
}

/// For root: the user and the group that the server runs as.
fn other_user() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let users = fs::read_to_string(Path::new("/etc/passwd")).unwrap();
    let of = |name: &str| {
        let line = users.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let fields: Vec<&str> = line.split(':').collect();
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    };
    Some(of("postgres").or_else(|| of("nobody")).expect("there is no user to run a server as"))
}
