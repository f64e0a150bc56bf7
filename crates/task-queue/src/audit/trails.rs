//! What tasks leave behind on their way: ended attempts and output.

use std::collections::BTreeMap;

use bytes::Bytes;
use waggle_core::{Error, Redis};

use super::{
    Check,
    inventory::Inventory,
    kind::Part,
    pages::{read, text},
    report::Findings,
};
use crate::limits::{ATTEMPT_RECORDS, OUTPUT_BYTES, OUTPUT_CHUNKS};

/// Checks that attempts and output are readable, in order and bounded.
pub(super) async fn check(
    redis: &Redis,
    root: &str,
    inventory: &Inventory,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let attempts = inventory.lists(Part::Attempts);
    read(redis, root, attempts.iter().map(String::as_str), |name, records| {
        let there = records.len();
        findings.that(there <= ATTEMPT_RECORDS, Check::Unbounded, name, || {
            format!("{there} attempts are kept, not {ATTEMPT_RECORDS}")
        });
        let fences: Option<Vec<u64>> =
            records.iter().map(|record| numbers(record, 1)?.first().copied()).collect();
        let rising = fences.is_some_and(|fences| fences.is_sorted_by(|one, next| one < next));
        findings.that(rising, Check::Attempts, name, || "the kept attempts are not in order".to_owned());
    })
    .await?;
    let output = inventory.lists(Part::Output);
    // Whoever streams may come between two pages: only what came in one is added up.
    let mut pages: BTreeMap<&str, Vec<Vec<Bytes>>> = BTreeMap::new();
    read(redis, root, output.iter().map(String::as_str), |name, page| {
        pages.entry(name).or_default().push(page.to_vec());
    })
    .await?;
    for (name, pages) in pages {
        let there = pages.iter().map(Vec::len).sum::<usize>();
        findings.that(there <= OUTPUT_CHUNKS + 1, Check::Unbounded, name, || {
            format!("{there} elements are kept, not {OUTPUT_CHUNKS} chunks and a head")
        });
        if let [page] = pages.as_slice() {
            findings.that(is_whole(page), Check::Output, name, || {
                "the chunks are not those that its head tells of".to_owned()
            });
        }
    }
    Ok(())
}

/// Whether the head says what is behind it, and the numbers rise by one up to the last.
fn is_whole(page: &[Bytes]) -> bool {
    let Some((head, chunks)) = page.split_first() else { return false };
    let Some(head) = numbers(head, 3) else { return false };
    let [last, bytes, _] = head.as_slice() else { return false };
    let stored: usize = chunks.iter().map(Bytes::len).sum();
    let seqs: Option<Vec<u64>> = chunks.iter().map(|chunk| Some(numbers(chunk, 1)?[0])).collect();
    let Some(seqs) = seqs else { return false };
    let by_one = seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]);
    let kept = u64::try_from(stored).is_ok_and(|stored| stored == *bytes) && stored <= OUTPUT_BYTES;
    by_one && kept && seqs.last().map_or(*last == 0, |seq| seq == last)
}

/// The first words of an element, as numbers.
fn numbers(element: &Bytes, words: usize) -> Option<Vec<u64>> {
    let text = text(element);
    let line = text.lines().next()?;
    let numbers: Vec<u64> = line.split(' ').take(words).map(str::parse).collect::<Result<_, _>>().ok()?;
    (numbers.len() == words).then_some(numbers)
}
