//! The page of the sample.

use super::*;
use crate::sample;

fn page(debt: &DebtReport) -> String {
    let mut bytes = Vec::new();
    report_html(debt, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn nothing_of_the_project_becomes_markup() {
    let mut debt = sample::debt();
    let evil = "</script><img src=x onerror=alert(1)>\"'&\u{2028}`";
    debt.title = evil.to_owned();
    debt.report.violations[0].message = evil.to_owned();
    debt.report.violations[0].scope = evil.to_owned();
    debt.report.implementations[0].symbol = evil.to_owned();
    debt.criteria[0].title = evil.to_owned();
    debt.impact.entries[0].entry.name = evil.to_owned();
    debt.files[0].path = evil.into();
    let page = page(&debt);
    assert!(!page.contains("<img"), "an element came through");
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(!page.contains('\u{2028}'), "a line separator came through");
    for outside in ["http://", "https://", "url(", "@import"] {
        assert!(!page.contains(outside), "the page asks for {outside}");
    }
}

#[test]
fn five_thousand_violations_stay_small() {
    let mut debt = sample::debt();
    let one = debt.report.violations[0].clone();
    debt.report.violations = (0..5_000u32)
        .map(|at| {
            let mut it = one.clone();
            it.path = format!("netra_backend/app/services/module_{}/handler_{at}.py", at % 97).into();
            it.fingerprint = format!("{at:032x}");
            it.start.line = at;
            it
        })
        .collect();
    let page = page(&debt);
    assert!(page.len() < 5 << 20, "{} bytes", page.len());
    assert!(page.len() < 2 << 20, "more than it was when this was written: {} bytes", page.len());
}

#[test]
fn an_empty_report_has_a_page() {
    let mut debt = sample::debt();
    debt.report.violations.clear();
    debt.counts = Counts::default();
    let page = page(&debt);
    assert!(page.contains("<p>None.</p>") && !page.contains("id=\"breakdown\""));
}
