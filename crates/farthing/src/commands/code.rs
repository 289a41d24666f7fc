//! `farthing admin code`: the stickers and terminals on counters, as staff register and withdraw them.

use money::PayeeId;
use protocol::{Cell, CodeBody, CodeKind, CodeView, CounterName, Serial, Surroundings};
use server::admin::{Cleared, NewCode, SwapView};

use crate::failure::Failure;
use crate::output::{Output, table};
use crate::staff::{DataFolder, Staff};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum CodeCommand {
    /// Register a terminal to a counter; stickers are registered by `farthing qr make sticker`.
    AddTerminal(Box<AddTerminal>),
    /// All stickers and terminals, by serial.
    List {
        #[command(flatten)]
        folder: DataFolder,
    },
    /// The codes that are thought to stand where another's belongs, or were reported.
    Swaps {
        #[command(flatten)]
        folder: DataFolder,
    },
    /// Stop a code until it has been looked at.
    Suspend {
        #[command(flatten)]
        folder: DataFolder,
        /// Its serial.
        #[arg(value_name = "SERIAL")]
        serial: Serial,
    },
    /// It is in its place: it takes payments again, and what was said against it is forgotten.
    Clear(Clear),
    /// From now on it takes no payment; withdraw a sticker's serial from the key set too, for readers without a network.
    Withdraw {
        #[command(flatten)]
        folder: DataFolder,
        /// Its serial.
        #[arg(value_name = "SERIAL")]
        serial: Serial,
    },
}

/// What staff have looked at.
#[derive(Debug, clap::Args)]
#[group(id = "suspect", required = true, multiple = false, args = ["serial", "payee", "cell"])]
pub(crate) struct Clear {
    #[command(flatten)]
    folder: DataFolder,
    /// The serial of a registered code.
    #[arg(value_name = "SERIAL")]
    serial: Option<Serial>,
    /// A payee whose unregistered codes were thought to stand where another's belong.
    #[arg(long, value_name = "PAYEE")]
    payee: Option<PayeeId>,
    /// A cell of the map in which codes of others were reported.
    #[arg(long, value_name = "GEOHASH")]
    cell: Option<Cell>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AddTerminal {
    #[command(flatten)]
    folder: DataFolder,
    /// Whose (pye_…).
    #[arg(long)]
    payee: PayeeId,
    /// Its serial: at most 16 characters of A–Z, 0–9 and `-`.
    #[arg(long)]
    serial: Serial,
    /// The counter it stands on: at most 16 characters of a–z, 0–9 and `-`.
    #[arg(long)]
    counter: CounterName,
    #[command(flatten)]
    place: Place,
}

/// Where something stands.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Place {
    /// The cell of the map it stands in: a geohash of seven characters. Without it a swap can hardly be noticed.
    #[arg(long, value_name = "GEOHASH")]
    pub(crate) cell: Option<Cell>,
    /// A mark of what can be seen around, 0 to 65535; may be repeated, eight at most.
    #[arg(long = "mark", value_name = "NUMBER")]
    pub(crate) marks: Vec<u16>,
}

impl Place {
    /// The marks, if there are not too many.
    pub(crate) fn surroundings(&self) -> Result<Surroundings, Failure> {
        Surroundings::try_from(self.marks.clone()).map_err(|error| Failure::new(error.to_string()))
    }
}

impl CodeCommand {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::AddTerminal(add) => {
                let surroundings = add.place.surroundings()?;
                let code = CodeBody {
                    cap: None,
                    cell: add.place.cell,
                    counter: add.counter,
                    days: 1,
                    kind: CodeKind::Terminal,
                    serial: add.serial,
                    surroundings,
                };
                let mut staff = Staff::of(&add.folder).await?;
                let view: CodeView = staff.post("/admin/codes", &NewCode { payee: add.payee, code }).await?;
                staff.close().await?;
                show(&[view], output)
            }
            Self::List { folder } => {
                let mut staff = Staff::of(&folder).await?;
                let views: Vec<CodeView> = staff.get("/admin/codes").await?;
                staff.close().await?;
                show(&views, output)
            }
            Self::Swaps { folder } => {
                let mut staff = Staff::of(&folder).await?;
                let views: Vec<SwapView> = staff.get("/admin/swaps").await?;
                staff.close().await?;
                swaps(&views, output)
            }
            Self::Suspend { folder, serial } => judge(&folder, serial, "suspend", output).await,
            Self::Clear(clear) => clear.run(output).await,
            Self::Withdraw { folder, serial } => judge(&folder, serial, "withdraw", output).await,
        }
    }
}

impl Clear {
    async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let path = match (self.serial, self.payee, self.cell) {
            (Some(serial), _, _) => return judge(&self.folder, serial, "clear", output).await,
            (None, Some(payee), _) => format!("/admin/swaps/payees/{payee}/clear"),
            (None, None, Some(cell)) => format!("/admin/swaps/cells/{cell}/clear"),
            (None, None, None) => return Err(Failure::new("nothing to clear was named")),
        };
        let mut staff = Staff::of(&self.folder).await?;
        let cleared: Cleared = staff.post(&path, &serde_json::json!({})).await?;
        staff.close().await?;
        if output.is_json() {
            return output.object(&cleared);
        }
        output.line("cleared");
        Ok(())
    }
}

async fn judge(folder: &DataFolder, serial: Serial, verdict: &str, output: &mut Output) -> Result<(), Failure> {
    let mut staff = Staff::of(folder).await?;
    let view: CodeView = staff.post(&format!("/admin/codes/{serial}/{verdict}"), &serde_json::json!({})).await?;
    staff.close().await?;
    show(&[view], output)
}

fn swaps(views: &[SwapView], output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return views.iter().try_for_each(|view| output.object(view));
    }
    let text = |view: &SwapView| {
        let cells: Vec<String> = view.cells.iter().map(ToString::to_string).collect();
        let reasons: Vec<&str> = view.reasons.iter().map(|reason| reason.code()).collect();
        vec![
            view.serial.map(|serial| serial.to_string()).unwrap_or_default(),
            view.payee.map(|payee| payee.to_string()).unwrap_or_default(),
            view.alerted_at.map(|at| at.to_string()).unwrap_or_default(),
            view.amount_minor.to_string(),
            view.reports.to_string(),
            cells.join(" "),
            reasons.join(" "),
        ]
    };
    let rows: Vec<Vec<String>> = views.iter().map(text).collect();
    output.lines(&table(&["serial", "payee", "alerted", "paid", "reports", "seen in", "why"], &rows, &[3, 4]));
    Ok(())
}

fn show(views: &[CodeView], output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return views.iter().try_for_each(|view| output.object(view));
    }
    let rows: Vec<Vec<String>> = views.iter().map(row).collect();
    output.lines(&table(&["serial", "kind", "payee", "counter", "cell", "state"], &rows, &[]));
    Ok(())
}

fn row(view: &CodeView) -> Vec<String> {
    let state = match (view.withdrawn_at, view.suspended_at) {
        (Some(at), _) => format!("withdrawn {at}"),
        (None, Some(at)) => format!("suspended {at}"),
        (None, None) => "in use".to_owned(),
    };
    let kind = match view.kind {
        CodeKind::Sticker => "sticker",
        CodeKind::Terminal => "terminal",
    };
    let cell = view.cell.map(|cell| cell.to_string()).unwrap_or_default();
    vec![view.serial.to_string(), kind.to_owned(), view.payee.to_string(), view.counter.to_string(), cell, state]
}
