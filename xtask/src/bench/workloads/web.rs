//! A static web server under load: nginx and ab, over the loopback interface.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context as _, Result, ensure};

use super::super::machine;
use super::super::work::Work;
use super::measure::Running;
use super::{Workload, server};

/// Requests of a run; more than a second of them untraced.
const REQUESTS: u64 = 50_000;
/// Connections at a time.
const CLIENTS: &str = "16";
/// Bytes of the page.
const PAGE: usize = 4096;
/// Where setup unpacks the program without its service.
const UNPACKED: &str = "target/peers/usr/sbin/nginx";

/// The server.
#[derive(Default)]
pub struct Web {
    port: AtomicU16,
}

fn nginx() -> &'static str {
    if machine::installed("nginx") {
        "nginx"
    } else {
        UNPACKED
    }
}

impl Web {
    fn address(&self) -> (&'static str, u16) {
        ("127.0.0.1", self.port.load(Ordering::Relaxed))
    }
}

impl Workload for Web {
    fn name(&self) -> &'static str {
        "web"
    }

    fn title(&self) -> &'static str {
        "Workload: a web server"
    }

    fn rate(&self) -> &'static str {
        "requests/s"
    }

    fn about(&self) -> String {
        format!(
            "{}, one worker, with an access log; `ab -k -c {CLIENTS}`, \
             {REQUESTS} requests of a page of {PAGE} bytes.",
            machine::said(nginx(), &["-v"])
        )
    }

    fn busy(&self) -> &'static str {
        "recvfrom"
    }

    fn needs(&self) -> Vec<&'static str> {
        vec![nginx(), "ab"]
    }

    fn amount(&self, parts: u64) -> u64 {
        REQUESTS / parts
    }

    fn prepare(&self, work: &Work) -> Result<()> {
        // One that the kernel finds free; nobody else is given it within the next minutes.
        let free = TcpListener::bind(("127.0.0.1", 0)).context("finding a free port")?;
        let port = free.local_addr().context("finding a free port")?.port();
        self.port.store(port, Ordering::Relaxed);
        let (folder, root) = (work.file("nginx"), work.file("pages"));
        for new in [&folder, &root] {
            fs::create_dir(new).with_context(|| format!("creating {}", new.display()))?;
        }
        fs::write(root.join("page.html"), "x".repeat(PAGE)).context("writing a page")?;
        let text = CONFIG
            .replace("{folder}", &folder.display().to_string())
            .replace("{pages}", &root.display().to_string())
            .replace("{port}", &port.to_string());
        fs::write(work.file("nginx.conf"), text).context("writing nginx.conf")
    }

    fn command(&self, work: &Work) -> Result<Vec<String>> {
        let file = |name| work.file(name).display().to_string();
        let program = machine::find(nginx()).context("finding nginx")?;
        let words = [
            program.display().to_string(),
            "-e".to_owned(),
            file("nginx.log"),
            "-p".to_owned(),
            file("nginx"),
            "-c".to_owned(),
            file("nginx.conf"),
        ];
        Ok(words.to_vec())
    }

    fn ready(&self, running: &mut Running<'_>) -> Result<()> {
        let address = self.address();
        running.attempt(|| TcpStream::connect(address).ok())?;
        self.work(running, REQUESTS / 100)
    }

    fn work(&self, running: &mut Running<'_>, amount: u64) -> Result<()> {
        let (host, port) = self.address();
        let mut load = running.command("ab");
        load.args([
            "-q",
            "-k",
            "-s",
            "30",
            "-c",
            CLIENTS,
            "-n",
            &amount.to_string(),
        ]);
        load.arg(format!("http://{host}:{port}/page.html"));
        let said = server::load(&mut load)?;
        ensure!(
            number(&said, "Complete requests:") == Some(amount)
                && number(&said, "Failed requests:") == Some(0)
                && number(&said, "Non-2xx responses:").is_none(),
            "not every request succeeded: {said}"
        );
        Ok(())
    }

    fn end(&self, running: &mut Running<'_>) -> Result<()> {
        server::stop(&running.work.file("nginx").join("pid"))
    }
}

fn number(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.trim().parse().ok()
}

/// All that it writes is in one folder; `daemon off` keeps it the tracer's child.
const CONFIG: &str = "\
user root;
daemon off;
worker_processes 1;
pid {folder}/pid;
events {
    worker_connections 256;
}
http {
    access_log {folder}/access.log;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {
        listen 127.0.0.1:{port};
        root {pages};
    }
}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ab_says_is_read() {
        let said = "Complete requests:      800\nFailed requests:        0\n";
        assert_eq!(number(said, "Complete requests:"), Some(800));
        assert_eq!(number(said, "Failed requests:"), Some(0));
        assert_eq!(number(said, "Non-2xx responses:"), None);
    }
}
