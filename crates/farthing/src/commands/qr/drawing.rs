//! How a code is drawn: as SVG, as PNG, on the terminal, each with the error level and quiet zone of its use.

use std::path::{Path, PathBuf};

use image::{GrayImage, ImageFormat, Luma};
use qrcode::render::{Renderer, svg, unicode};
use qrcode::{Color, EcLevel, QrCode};

use crate::failure::{Failure, failed};

/// Pixels a module's side takes in a PNG.
const MODULE_PIXELS: u32 = 8;
/// The least side of an SVG, in its own units.
const SVG_SIDE_MIN: u32 = 320;

/// What a drawing is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Use {
    /// A screen: 15% of the code may be unreadable, a margin of 4 modules.
    Screen,
    /// A receipt on thermal paper, which fades: 25%, a margin of 4 modules.
    Receipt,
    /// A sticker, which is scratched and stands on any ground: 25%, a margin of 6 modules.
    Sticker,
}

impl Use {
    const fn level(self) -> EcLevel {
        match self {
            Self::Screen => EcLevel::M,
            Self::Receipt | Self::Sticker => EcLevel::Q,
        }
    }

    /// ISO/IEC 18004 asks for four modules at least.
    const fn quiet_zone(self) -> u32 {
        match self {
            Self::Screen | Self::Receipt => 4,
            Self::Sticker => 6,
        }
    }
}

/// How a code is written.
#[derive(Debug, clap::Args)]
pub(crate) struct Drawing {
    /// Draw the code as SVG instead of writing its text.
    #[arg(long, conflicts_with = "draw")]
    pub(crate) svg: bool,
    /// Draw the code on the terminal, with its text below.
    #[arg(long)]
    pub(crate) draw: bool,
    /// Draw the code as PNG into this file as well.
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// What the drawing is for: error level and margin follow.
    #[arg(long = "for", value_name = "USE", value_enum, default_value_t = Use::Screen)]
    drawn_for: Use,
}

impl Drawing {
    /// Whether a picture is wanted, and not the text alone.
    pub(crate) const fn is_picture(&self) -> bool {
        self.svg || self.png.is_some()
    }

    /// The code, ready to be drawn; a PNG that was asked for is written now.
    pub(crate) fn of(&self, payload: &str) -> Result<Drawn, Failure> {
        let drawn = Drawn::new(payload, self.drawn_for)?;
        if let Some(path) = &self.png {
            drawn.write_png(path)?;
        }
        Ok(drawn)
    }
}

/// The modules of a code.
pub(crate) struct Drawn {
    modules: Vec<Color>,
    width: usize,
    quiet_zone: u32,
}

impl Drawn {
    pub(crate) fn new(payload: &str, purpose: Use) -> Result<Self, Failure> {
        let code =
            QrCode::with_error_correction_level(payload, purpose.level()).map_err(failed("cannot draw the code"))?;
        Ok(Self { width: code.width(), modules: code.to_colors(), quiet_zone: purpose.quiet_zone() })
    }

    pub(crate) fn svg(&self) -> String {
        let mut renderer = Renderer::<svg::Color<'_>>::new(&self.modules, self.width, self.quiet_zone);
        renderer.min_dimensions(SVG_SIDE_MIN, SVG_SIDE_MIN).build()
    }

    /// Half blocks. Dark terminals are the rule: the light modules are the ones drawn.
    pub(crate) fn blocks(&self) -> String {
        Renderer::<unicode::Dense1x2>::new(&self.modules, self.width, self.quiet_zone)
            .dark_color(unicode::Dense1x2::Light)
            .light_color(unicode::Dense1x2::Dark)
            .build()
    }

    /// Modules of a side, margins included.
    pub(crate) fn side(&self) -> usize {
        let quiet = usize::try_from(self.quiet_zone).unwrap_or(0);
        self.width.saturating_add(quiet.saturating_mul(2))
    }

    /// The dark modules as one SVG path, a module a unit.
    pub(crate) fn path(&self) -> String {
        use std::fmt::Write;
        let mut path = String::new();
        let quiet = usize::try_from(self.quiet_zone).unwrap_or(0);
        for (index, row) in self.modules.chunks(self.width).enumerate() {
            for (column, _) in row.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
                let _ = write!(path, "M{} {}h1v1h-1z", column + quiet, index + quiet);
            }
        }
        path
    }

    fn write_png(&self, path: &Path) -> Result<(), Failure> {
        let side = u32::try_from(self.side()).unwrap_or(0).saturating_mul(MODULE_PIXELS);
        let is_dark = |x: u32, y: u32| {
            let at = |pixel: u32| usize::try_from((pixel / MODULE_PIXELS).checked_sub(self.quiet_zone)?).ok();
            let (column, row) = (at(x)?, at(y)?);
            let index = row.checked_mul(self.width)?.checked_add(column)?;
            (column < self.width).then(|| self.modules.get(index) == Some(&Color::Dark))
        };
        let picture = GrayImage::from_fn(side, side, |x, y| Luma([if is_dark(x, y) == Some(true) { 0 } else { 255 }]));
        picture.save_with_format(path, ImageFormat::Png).map_err(failed(format!("cannot write `{}`", path.display())))
    }
}
