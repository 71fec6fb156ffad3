//! The parts that the pages in HTML share: the frame, and the sections that more than one page has.
//!
//! In: sections as HTML, and the places that the table lists. Out: one page that needs nothing else: no network, no
//! other file. What it says is chosen by the page: `html` for a check, `report_html` for the debt.

use std::io::{self, Write};

mod charts;
mod data;
mod markup;
mod parts;

pub(in crate::render) use charts::{breakdown, gauge};
pub(in crate::render) use data::{ViolationRow, places};
pub(in crate::render) use markup::{code, encoded, escaped, prose, table};
pub(in crate::render) use parts::{LONG, about, graded, inputs, more, rivals, scores, tiles, violations};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A page without its frame.
pub(in crate::render) struct Page<'r> {
    /// The title, as text.
    pub title: String,
    /// The lines below it, as HTML.
    pub about: String,
    /// The sections in their order; those without a body are left out.
    pub sections: Vec<Section>,
    /// The rows of the table of violations.
    pub places: &'r [ViolationRow<'r>],
}

/// A part of a page with a heading, and a link to it at the top.
pub(in crate::render) struct Section {
    /// Its name in the fragment of the address.
    pub id: &'static str,
    /// The words of the link.
    pub link: &'static str,
    /// The heading.
    pub heading: &'static str,
    /// HTML.
    pub body: String,
}

/// A section.
pub(in crate::render) fn section(id: &'static str, link: &'static str, heading: &'static str, body: String) -> Section {
    Section { id, link, heading, body }
}

impl Page<'_> {
    /// Writes the page.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let title = escaped(&self.title);
        let present: Vec<&Section> = self.sections.iter().filter(|it| !it.body.is_empty()).collect();
        let links: String = present.iter().map(|it| format!("<a href=\"#{}\">{}</a>", it.id, it.link)).collect();
        write!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>{title}</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<header class=\"top\"><h1>{title}</h1>\n<p class=\"soft\">{}</p>\
             </header>\n<nav aria-label=\"Sections\"><div>{links}</div></nav>\n<main>\n",
            self.about
        )?;
        for Section { id, heading, body, .. } in present {
            writeln!(out, "<section id=\"{id}\">\n<h2>{heading}</h2>\n{body}</section>")?;
        }
        let version = env!("CARGO_PKG_VERSION");
        let footer = "every number was measured by it or names its source";
        writeln!(out, "</main>\n<footer>Written by ssot {version} from one run; {footer}.</footer>")?;
        if !self.places.is_empty() {
            let data = data::data(self.places);
            write!(
                out,
                "<script type=\"application/json\" id=\"data\">{data}</script>\n<script>\n{SCRIPT}</script>\n"
            )?;
        }
        out.write_all(b"</body>\n</html>\n")
    }
}
