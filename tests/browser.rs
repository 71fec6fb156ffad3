//! The pages of `ssot report` and `ssot check` in a real browser: Chromium, headless, driven by the fragment of the address.
//!
//! Without Chromium there is nothing to test with, which is said; `.ci/run` installs it.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test makes files and may stop at once")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Names under which distributions install it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const RULES: &str = "[[source]]\nid = \"cache\"\ntitle = \"Cache\"\nowners = []\ncanonical = [\"app.cache\"]\n\
    [[rule]]\nid = \"no-client\"\nsource = \"cache\"\nkind = \"construct\"\nban = [\"cachelib.Client\"]\nuse-instead = \"app.cache\"\n\
    [[rule]]\nid = \"no-import\"\nsource = \"cache\"\nkind = \"import\"\nban = [\"oldcache\"]\nseverity = \"warning\"\n\
    [[component]]\nid = \"app\"\npaths = [\"app/**\"]\n";

/// The two pages.
const REPORT: &str = "report.html";
const CHECK: &str = "check.html";

/// Files with a violation on each of their lines but two.
const FILES: usize = 100;
const LINES: usize = 50;
/// What they hold together, with one import each.
const ALL: usize = FILES * (LINES + 1);

fn chromium() -> Option<&'static str> {
    let found = NAMES.into_iter().find(|name| {
        let run = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        run.is_ok_and(|status| status.success())
    });
    if found.is_none() {
        eprintln!("skipped: no Chromium here; `apt-get install chromium` brings it");
    }
    found
}

/// Both pages on a project with thousands of violations.
struct Pages {
    browser: &'static str,
    directory: tempfile::TempDir,
}

impl Pages {
    fn new(browser: &'static str) -> Self {
        let pages = Self { browser, directory: tempfile::tempdir().unwrap() };
        fs::create_dir_all(pages.path("app")).unwrap();
        fs::write(pages.path("ssot.toml"), RULES).unwrap();
        for file in 0..FILES {
            let mut text = "import oldcache\nfrom cachelib import Client as Cache\n".to_owned();
            for line in 0..LINES {
                writeln!(text, "client_{line} = Cache()").unwrap();
            }
            fs::write(pages.path(&format!("app/part_{file:03}.py")), text).unwrap();
        }
        let ssot = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_ssot"));
            command.env("SSOT_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
            command.env_remove("SSOT_CONFIG").args(arguments).current_dir(pages.directory.path());
            assert!(command.status().unwrap().success());
        };
        ssot(&["report", "--format", "html", "-o", REPORT]);
        ssot(&["check", "--exit-zero", "--format", "html", "-o", CHECK]);
        pages
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Runs the browser on an address, and gives what it prints.
    fn browse(&self, arguments: &[&str], file: &str, fragment: &str) -> String {
        let profile = tempfile::tempdir().unwrap();
        let output = Command::new(self.browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(arguments)
            .arg(format!("file://{}{fragment}", self.path(file).display()))
            .stderr(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", output.status);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A page as it stands after the script has run.
    fn document(&self, file: &str, fragment: &str) -> Document {
        Document(self.browse(&["--dump-dom"], file, fragment))
    }
}

struct Document(String);

impl Document {
    fn between(&self, start: &str, end: &str) -> &str {
        let after = self.0.split_once(start).unwrap_or_else(|| panic!("no {start}")).1;
        after.split_once(end).unwrap().0
    }

    fn count(&self) -> &str {
        self.between("<p id=\"count\" aria-live=\"polite\">", "</p>")
    }

    /// The rows of the table of violations, as text without tags.
    fn rows(&self) -> Vec<String> {
        let body = self.between("<tbody id=\"rows\">", "</tbody>");
        body.split("<tr ").skip(1).map(plain).collect()
    }
}

fn plain(html: &str) -> String {
    let texts = html.split('<').map(|part| part.split_once('>').map_or("", |(_, text)| text));
    texts.collect::<String>()
}

#[test]
fn thousands_of_violations_open_filter_and_sort() {
    let Some(browser) = chromium() else { return };
    let pages = Pages::new(browser);
    for page in [REPORT, CHECK] {
        let size = fs::metadata(pages.path(page)).unwrap().len();
        assert!(size < 5 << 20, "{page} has {size} bytes");
    }

    let opened = pages.document(REPORT, "");
    assert_eq!(opened.count(), "5,100 violations");
    assert!(ALL == 5_100 && !opened.rows().is_empty());
    assert!(opened.rows()[0].contains("app/part_000.py:1"), "{}", opened.rows()[0]);

    let filtered = pages.document(REPORT, "#filter=part_042");
    assert_eq!(filtered.count(), "51 of 5,100 violations");
    let rows = filtered.rows();
    assert!(rows.len() == 51 && rows.iter().all(|row| row.contains("app/part_042.py:")), "{rows:?}");
    assert!(rows[1].contains("how it got there: 1 step") && rows[1].contains("imported as Cache at app/part_042.py:2"));

    let several = pages.document(REPORT, "#filter=part_042&severity=warning&rule=no-import&sort=-place");
    assert_eq!(several.count(), "1 of 5,100 violations");
    let sorted = pages.document(REPORT, "#sort=points");
    assert!(sorted.rows()[..100].iter().all(|row| row.contains("oldcache")), "warnings cost less");
    let reversed = pages.document(REPORT, "#sort=-place");
    assert!(reversed.rows()[0].contains("app/part_099.py:52"), "{}", reversed.rows()[0]);
    assert_eq!(pages.document(REPORT, "#filter=%3Cscript%3E").count(), "0 of 5,100 violations");
    // What is drawn at once is what costs time.
    for document in [&opened, &filtered, &sorted, &reversed] {
        assert!(document.rows().len() <= 600, "{} rows are drawn", document.rows().len());
    }
}

#[test]
fn the_page_of_a_check_filters_and_sorts_too() {
    let Some(browser) = chromium() else { return };
    let pages = Pages::new(browser);
    let filtered = pages.document(CHECK, "#filter=part_042&rule=no-client&severity=error&state=new&sort=-place");
    assert_eq!(filtered.count(), "50 of 5,100 violations");
    let rows = filtered.rows();
    assert!(rows.len() == 50 && rows[0].contains("app/part_042.py:52") && rows[49].contains("app/part_042.py:3"));
    assert!(rows[0].contains("use app.cache") && rows[0].contains("imported as Cache at app/part_042.py:2"));
    assert_eq!(pages.document(CHECK, "#filter=%5Eapp/part_09").count(), "510 of 5,100 violations");
    assert_eq!(pages.document(CHECK, "#filter=%5Epart_09").count(), "0 of 5,100 violations");
    let sorted = pages.document(CHECK, "#sort=-points");
    assert_eq!(sorted.count(), "5,100 violations");
    assert!(sorted.rows()[0].starts_with("error") && sorted.rows()[0].contains("app/part_000.py:3"));
}

#[test]
fn a_phone_shows_the_pages_without_scrolling_sideways() {
    let Some(browser) = chromium() else { return };
    let pages = Pages::new(browser);
    for page in [REPORT, CHECK] {
        let frame = format!(
            "<iframe src='{page}' style='width:390px;height:800px;border:0'></iframe><script>\
             document.querySelector('iframe').onload = (it) => {{\
             document.title = it.target.contentDocument.documentElement.scrollWidth; }}</script>"
        );
        fs::write(pages.path("frame.html"), frame).unwrap();
        let document = Document(pages.browse(&["--allow-file-access-from-files", "--dump-dom"], "frame.html", ""));
        assert_eq!(document.between("<title>", "</title>"), "390", "{page}");
    }
}

#[test]
fn the_printed_pages_have_every_row() {
    let Some(browser) = chromium() else { return };
    let pages = Pages::new(browser);
    for page in [REPORT, CHECK] {
        let start = Instant::now();
        let pdf = pages.path("page.pdf");
        pages.browse(&[&format!("--print-to-pdf={}", pdf.display())], page, "#filter=part_00");
        assert!(start.elapsed() < Duration::from_secs(120));
        assert!(sheets(&pdf) > 15, "{page}: 510 rows do not fit on {} sheets", sheets(&pdf));
    }
}

/// The sheets of a PDF, by their objects.
fn sheets(path: &Path) -> usize {
    let bytes = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    text.matches("/Type /Page").count() - text.matches("/Type /Pages").count()
}
