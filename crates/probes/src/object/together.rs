//! Programs of several events, loaded at once: most of what loading takes, beside the verifier, is reading
//! the object and adapting it to the kernel's types, which is done anew each time.

use std::ops::Deref;

use libbpf_rs::Object;
use tracehound_schema::Rung;

use super::{Fixed, Flavour, Maps, Refusal, Sizes, load};
use crate::error::Error;
use crate::trial;

/// What was loaded, and what the kernel refuses.
#[derive(Debug, Default)]
pub struct Together {
    loaded: Vec<(Vec<String>, Object)>,
    refused: Vec<(String, Refusal)>,
}

impl Together {
    /// Creates the maps, as [`Maps::create`] does, and loads programs with them.
    pub fn create(
        flavour: Flavour,
        sizes: Sizes,
        fixed: Fixed,
        shared: Option<&Maps>,
        mut prefixes: Vec<String>,
    ) -> Result<(Maps, Together), Error> {
        let with = |prefixes: &[String]| Maps::with(flavour, sizes, fixed, shared, prefixes);
        if prefixes.is_empty() {
            return Ok((with(&[])?.0, Together::default()));
        }
        if let Ok((maps, object)) = with(&prefixes) {
            let loaded = vec![(prefixes, object)];
            let refused = Vec::new();
            return Ok((maps, Together { loaded, refused }));
        }
        let maps = with(&[])?.0;
        let rest = prefixes.split_off(prefixes.len() / 2);
        let together = Together::load_apart(flavour, &maps, vec![rest, prefixes]);
        Ok((maps, together))
    }

    /// Loads programs into maps that are there.
    pub fn load(flavour: Flavour, maps: &Maps, prefixes: Vec<String>) -> Together {
        Together::load_apart(flavour, maps, vec![prefixes])
    }

    /// The kernel takes all of an object's programs or none, so where it refuses, each half is loaded for
    /// itself; those that are alike should stand side by side.
    fn load_apart(flavour: Flavour, maps: &Maps, mut left: Vec<Vec<String>>) -> Together {
        let mut together = Together::default();
        while let Some(mut prefixes) = left.pop() {
            if prefixes.is_empty() {
                continue;
            }
            let half = prefixes.len() / 2;
            match load(flavour, maps, &prefixes) {
                Ok(object) => together.loaded.push((prefixes, object)),
                Err(_) if half > 0 => {
                    let rest = prefixes.split_off(half);
                    left.extend([rest, prefixes]);
                }
                Err(refusal) => {
                    let refused = prefixes.pop().map(|prefix| (prefix, refusal));
                    together.refused.extend(refused);
                }
            }
        }
        together
    }

    /// The programs with these prefixes, which are loaded here if they were not in one object before.
    /// The error is a reason to show for `rung`.
    pub fn have(
        &self,
        flavour: Flavour,
        maps: &Maps,
        rung: &Rung,
        prefixes: &[impl AsRef<str>],
    ) -> Result<Loaded<'_>, String> {
        let loaded = match self.get(prefixes) {
            Some(Err(refusal)) => return Err(refused(rung, refusal)),
            Some(Ok(object)) => Loaded::Before(object),
            None => {
                let object = load(flavour, maps, prefixes);
                Loaded::Now(object.map_err(|refusal| refused(rung, &refusal))?)
            }
        };
        let has = |prefix: &str| {
            let mut programs = loaded.progs().filter(|program| program.autoload());
            programs.any(|program| program.name().to_string_lossy().starts_with(prefix))
        };
        if !prefixes.iter().all(|prefix| has(prefix.as_ref())) {
            return Err(refused(rung, &Refusal::NotBuilt));
        }
        Ok(loaded)
    }

    fn get(&self, prefixes: &[impl AsRef<str>]) -> Option<Result<&Object, &Refusal>> {
        let among = |name: &String| prefixes.iter().any(|prefix| prefix.as_ref() == name);
        let all = |names: &Vec<String>| names.iter().filter(|name| among(name)).count();
        let mut loaded = self.loaded.iter();
        let loaded = loaded.find(|one| all(&one.0) == prefixes.len());
        let refused = self.refused.iter().find(|one| among(&one.0));
        let refused = refused.map(|one| Err(&one.1));
        loaded.map(|one| Ok(&one.1)).or(refused)
    }
}

/// An object with programs that are loaded.
#[derive(Debug)]
pub enum Loaded<'a> {
    /// With others.
    Before(&'a Object),
    /// For itself.
    Now(Object),
}

impl Deref for Loaded<'_> {
    type Target = Object;

    fn deref(&self) -> &Object {
        match self {
            Loaded::Before(object) => object,
            Loaded::Now(object) => object,
        }
    }
}

/// Learns from a refusal, and gives the reason to show.
pub fn refused(rung: &Rung, refusal: &Refusal) -> String {
    trial::learn(rung, refusal);
    refusal.reason(rung)
}
