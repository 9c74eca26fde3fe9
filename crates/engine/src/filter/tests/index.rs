//! Many policies about one event choose what each would choose alone.

use tracehound_schema::sample::Random;
use tracehound_schema::{Event, all};

use super::super::{Filters, Limits, Named, Rule, parse};
use super::narrow::expression;
use super::property::{below, record};

fn named(event: &'static Event, name: usize, text: &str) -> Named {
    let parsed = parse::of_event(event, text).unwrap();
    Named {
        name: name.to_string(),
        stamp: 0,
        scope: None,
        rules: vec![Rule {
            name: event.name.to_owned(),
            events: vec![(event, Some(parsed.expr))],
            limits: Limits::default(),
            shows: true,
            counts: false,
            records: false,
        }],
    }
}

#[test]
fn many_policies_choose_what_each_chooses_alone() {
    let events: Vec<&'static Event> = all().collect();
    let mut random = Random::new(815);
    let (mut chosen, mut left_out, mut indexed) = (0, 0, 0);
    for _ in 0..300 {
        let event = events[below(&mut random, events.len())];
        let seed = random.next();
        let told = record(event, seed);
        let donors: Vec<_> = (0..3).map(|_| record(event, random.next())).collect();
        let texts: Vec<String> = (0..20)
            .filter_map(|at| {
                let from = donors.get(at % 4).unwrap_or(&told);
                expression(event, from, &mut random)
            })
            .collect();
        let policies = texts.iter().enumerate();
        let policies: Vec<Named> = policies.map(|(at, text)| named(event, at, text)).collect();
        let mut together = Filters::of_policies(policies.clone());
        indexed += usize::from(together.has_index(event));
        told.with(|facts, _| together.check(facts));
        let found: Vec<usize> = together
            .policies()
            .names()
            .map(|name| name.parse().unwrap())
            .collect();
        for (at, policy) in policies.into_iter().enumerate() {
            let mut alone = Filters::of_policies(vec![policy]);
            let keeps = told.with(|facts, _| alone.check(facts)).keeps();
            assert_eq!(found.contains(&at), keeps, "{}: {}", event.name, texts[at]);
            chosen += usize::from(keeps);
            left_out += usize::from(!keeps);
        }
        assert!(found.is_sorted());
    }
    assert!(
        chosen > 300 && left_out > 300 && indexed > 100,
        "{chosen} {left_out} {indexed}"
    );
}
