//! Codes in a picture.

use std::path::Path;

use image::{ImageFormat, ImageReader, Limits};

use crate::failure::{Failure, failed};

/// Pixels of a picture's side: more than any phone's camera has.
const SIDE_PIXELS_MAX: u32 = 16_384;
/// Bytes a picture may take in memory.
const PICTURE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What the codes in a PNG say, as bytes: a code may hold anything.
pub(crate) fn read(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let shown = path.display();
    let unreadable = || format!("cannot read `{shown}` as a PNG");
    let mut reader = ImageReader::open(path).map_err(failed(format!("cannot read `{shown}`")))?;
    reader.set_format(ImageFormat::Png);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_PIXELS_MAX);
    limits.max_image_height = Some(SIDE_PIXELS_MAX);
    limits.max_alloc = Some(PICTURE_BYTES_MAX);
    reader.limits(limits);
    let picture = reader.decode().map_err(failed(unreadable()))?.into_luma_alpha8();
    let size = |side: u32| usize::try_from(side).unwrap_or(0);
    let (width, height) = (size(picture.width()), size(picture.height()));
    // What is transparent shows the white of a page.
    let grey: Vec<u8> = picture
        .pixels()
        .map(|pixel| {
            let [light, alpha] = pixel.0.map(u16::from);
            u8::try_from((light * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        })
        .collect();
    let at = |x: usize, y: usize| y.checked_mul(width).and_then(|row| grey.get(row.checked_add(x)?)).copied();
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| at(x, y).unwrap_or(u8::MAX));
    let grids = prepared.detect_grids();
    let seen = grids.len();
    let mut texts = Vec::new();
    for grid in grids {
        let mut text = Vec::new();
        if grid.decode_to(&mut text).is_ok() {
            texts.push(text);
        }
    }
    match (texts.is_empty(), seen) {
        (false, _) => Ok(texts),
        (true, 0) => Err(Failure::new(format!("there is no code in `{shown}`"))
            .hint("a code needs its white margin, and two pixels a module at least")),
        (true, count) => Err(Failure::new(format!("none of the {count} codes in `{shown}` can be read"))
            .hint("the picture may be blurred, cut or too dark")),
    }
}
