//! Instructions per call and rung, from guests that count them.

use anyhow::{Result, bail};

use super::table::Outcome;

/// The Markdown table.
pub fn table(outcomes: &[Outcome]) -> Result<String> {
    let mut out = String::from(
        "Extra guest instructions per call, against nothing attached (qemu -icount shift=0).\n\n\
         | kernel | rung | unselected call (getppid) | selected call (rt_sigprocmask) |\n\
         | --- | --- | --- | --- |\n",
    );
    for outcome in outcomes {
        let series = outcome.kernel.series;
        let report = match &outcome.report {
            Ok(report) if report.done => report,
            Ok(report) => {
                let text: Vec<_> = report.failures.iter().map(|f| f.1.as_str()).collect();
                bail!("kernel {series}: {}", text.join("\n"))
            }
            Err(error) => bail!("kernel {series}: {error}"),
        };
        let Some((_, bare)) = report.costs.first().filter(|cost| cost.0 == "none") else {
            bail!("kernel {series}: no count without a tracer");
        };
        if report.costs.len() == 1 {
            bail!("kernel {series}: no count with a tracer");
        }
        out += &format!(
            "| {series} | nothing ({:.0} and {:.0} in all) | 0 | 0 |\n",
            bare[0], bare[1]
        );
        for (rung, cost) in &report.costs[1..] {
            let [other, mask] = [cost[0] - bare[0], cost[1] - bare[1]];
            out += &format!("| {series} | {rung} | {other:.0} | {mask:.0} |\n");
        }
    }
    Ok(out)
}
