//! Reading and writing the files of a recording; an error names the file and the line.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::Error;
use crate::value::Value;

/// A file's text.
pub fn text(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(|it| Error::of_file(path, &it))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A file's text, if there is such a file.
pub fn text_if_there(path: &Path) -> Result<Option<String>, Error> {
    match fs::metadata(path) {
        Ok(_) => text(path).map(Some),
        Err(it) if it.kind() == ErrorKind::NotFound => Ok(None),
        Err(it) => Err(Error::of_file(path, &it)),
    }
}

/// The JSON lines of a text; `place` names it in errors.
pub fn parse_rows(place: &str, text: &str) -> Result<Vec<Value>, Error> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            Value::from_json(line).map_err(|it| Error {
                place: format!("{place}:{}", at + 1),
                message: it.to_string(),
            })
        })
        .collect()
}

/// A file's JSON lines.
pub fn rows(path: &Path) -> Result<Vec<Value>, Error> {
    parse_rows(&path.display().to_string(), &text(path)?)
}

/// A file's JSON lines, if there is such a file.
pub fn rows_if_there(path: &Path) -> Result<Option<Vec<Value>>, Error> {
    let text = text_if_there(path)?;
    text.map(|it| parse_rows(&path.display().to_string(), &it))
        .transpose()
}

/// A file's JSON document.
pub fn document(path: &Path) -> Result<Value, Error> {
    Value::from_json(&text(path)?).map_err(|it| Error {
        place: path.display().to_string(),
        message: it.to_string(),
    })
}

/// Writes a file.
pub fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|it| Error::of_file(path, &it))
}

/// Writes JSON lines.
pub fn write_rows(path: &Path, rows: &[Value]) -> Result<(), Error> {
    let mut text = Vec::new();
    for row in rows {
        writeln!(text, "{}", row.to_json()).expect("writing to memory never fails");
    }
    write(path, &String::from_utf8_lossy(&text))
}

/// Makes a folder and those above it.
pub fn make_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|it| Error::of_file(path, &it))
}

/// The scenarios of a folder, by name: the folder itself if it is one, else the folders in it that are.
pub fn scenarios(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    folders_with("scenario.yaml", folder)
}

/// The recordings of a folder, by name: the folder itself if it is one, else the folders in it that are.
pub fn recordings(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    folders_with("events.jsonl", folder)
}

fn folders_with(file: &str, folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let name = |it: &Path| {
        let name = it.file_name().unwrap_or(it.as_os_str());
        name.to_string_lossy().into_owned()
    };
    if folder.join(file).exists() {
        return Ok(vec![(name(folder), folder.to_owned())]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|it| Error::of_file(folder, &it))? {
        let path = entry.map_err(|it| Error::of_file(folder, &it))?.path();
        if path.join(file).exists() {
            found.push((name(&path), path));
        }
    }
    found.sort();
    Ok(found)
}
