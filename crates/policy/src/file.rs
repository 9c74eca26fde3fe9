//! Files and folders of policies.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Faults};
use crate::policy::Policy;
use crate::{read, yaml};

/// Bytes that a file may have.
const SIZE: u64 = 16 << 20;
/// Files that a folder may have.
const FILES: usize = 10_000;

/// Loads the policies of files and of folders, whose files are taken in the order of their names.
/// `began` is when the run began, in nanoseconds since 1970, if there is one.
pub fn load(paths: &[PathBuf], began: Option<i128>) -> Result<Vec<Policy>, Vec<Error>> {
    let (mut policies, mut errors) = (Vec::<Policy>::new(), Vec::new());
    for path in paths {
        let files = match files(path) {
            Ok(files) => files,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        for file in files {
            match one(&file, began) {
                Ok(policy) => {
                    let same = policies.iter().find(|other| other.name == policy.name);
                    if let Some(other) = same {
                        let other = other.path.to_string_lossy();
                        let message = format!(
                            "{} has a policy named {:?} too",
                            other.escape_debug(),
                            policy.name
                        );
                        errors.push(Error::whole(&file, message));
                    } else {
                        policies.push(policy);
                    }
                }
                Err(faults) => errors.extend(faults),
            }
        }
    }
    if errors.is_empty() {
        Ok(policies)
    } else {
        Err(errors)
    }
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let cannot = |error| Error::whole(path, format!("cannot be read: {error}"));
    let facts = fs::metadata(path).map_err(cannot)?;
    if !facts.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(cannot)? {
        let file = entry.map_err(cannot)?.path();
        let is_policy = file
            .extension()
            .is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending == *known));
        if is_policy && !file.is_dir() {
            files.push(file);
        }
        if files.len() > FILES {
            return Err(Error::whole(path, format!("more than {FILES} files")));
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Error::whole(
            path,
            "no file in it ends with .yaml, .yml or .json",
        ));
    }
    Ok(files)
}

fn one(path: &Path, began: Option<i128>) -> Result<Policy, Vec<Error>> {
    let text = text(path).map_err(|error| vec![error])?;
    parse(&text, path, began)
}

fn text(path: &Path) -> Result<String, Error> {
    let cannot = |error| Error::whole(path, format!("cannot be read: {error}"));
    let file = fs::File::open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    file.take(SIZE + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    if bytes.len() as u64 > SIZE {
        return Err(Error::whole(
            path,
            "more than 16 MiB: no policy is as large",
        ));
    }
    let text = String::from_utf8(bytes);
    text.map_err(|_| Error::whole(path, "this is not UTF-8 text"))
}

/// Reads the text of a policy; `path` is what its faults are said to be in. Of what is wrong with its rules
/// the first twenty faults are told, of all else the first.
pub fn parse(text: &str, path: &Path, began: Option<i128>) -> Result<Policy, Vec<Error>> {
    let at = |problem| Error::at(path, text, problem);
    let tree = yaml::read(text).map_err(|problem| vec![at(problem)])?;
    let all = |faults: Faults| faults.told().map(at).collect::<Vec<_>>();
    let mut policy = read::policy(&tree, path, began).map_err(all)?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    policy.stamp = hasher.finish();
    Ok(policy)
}
