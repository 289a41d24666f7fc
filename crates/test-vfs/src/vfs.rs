//! The VFS: SQLite's file interface (sqlite.org/vfs.html), every method passed on to the default VFS; writes,
//! truncations, syncs and deletions are told to the [`Shadow`] once the real one has succeeded.

use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_void};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::ffi;

use crate::shadow::Shadow;

/// What a registered VFS points to; lives as long as the process.
struct Context {
    real: *mut ffi::sqlite3_vfs,
    shadow: Arc<Shadow>,
}

/// What an open file points to; freed when it is closed.
struct Opened {
    shadow: Arc<Shadow>,
    /// `None` for temporary files, which nobody expects to survive.
    path: Option<PathBuf>,
    /// Whether the real VFS will sync the folder with the file's first sync, as it does for a new journal or log.
    syncs_folder: AtomicBool,
}

/// The files whose creation the default VFS makes durable itself (`UNIXFILE_DIRSYNC` in SQLite's `os_unix.c`).
const JOURNALS: c_int = ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL | ffi::SQLITE_OPEN_WAL;

/// A file as SQLite holds it. The real file's own structure follows directly behind.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    opened: *mut Opened,
}

/// Registers the VFS `name`.
pub(crate) fn register(name: &str, shadow: Arc<Shadow>) -> io::Result<()> {
    let name = CString::new(name)?;
    // SAFETY: a null name asks for the default VFS; SQLite answers with one that stays registered, or null.
    let real = unsafe { ffi::sqlite3_vfs_find(std::ptr::null()) };
    if real.is_null() {
        return Err(io::Error::other("SQLite has no default VFS"));
    }
    // SAFETY: `real` was just found and is not null; the structure is plain data that may be copied.
    let mut vfs = unsafe { *real };
    // WHY a copy with some fields changed: the methods that do not open files take nothing from the VFS they are
    // called with but its limits, so the default ones serve this one too.
    let own = c_int::try_from(size_of::<File>()).map_err(io::Error::other)?;
    vfs.szOsFile = vfs.szOsFile.saturating_add(own);
    vfs.pNext = std::ptr::null_mut();
    vfs.zName = name.into_raw();
    vfs.pAppData = Box::into_raw(Box::new(Context { real, shadow })).cast();
    vfs.xOpen = Some(open);
    vfs.xDelete = Some(delete);
    // SAFETY: the structure, its name and its context are leaked on purpose, so they outlive every use by SQLite.
    let code = unsafe { ffi::sqlite3_vfs_register(Box::into_raw(Box::new(vfs)), 0) };
    if code == ffi::SQLITE_OK { Ok(()) } else { Err(io::Error::other("SQLite does not take the VFS")) }
}

/// The real file behind one of ours.
///
/// # Safety
/// `file` must be one that [`open`] was given by SQLite.
unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: SQLite allocates `szOsFile` bytes, which are those of `File` and the real file's behind them; `File` is
    // two pointers, so what follows is aligned as the real one needs.
    unsafe { file.cast::<File>().add(1).cast() }
}

/// What stands behind one of ours.
///
/// # Safety
/// `file` must be one that [`open`] has opened and nobody has closed.
unsafe fn opened<'a>(file: *mut ffi::sqlite3_file) -> &'a Opened {
    // SAFETY: `open` has put a leaked box there, and `close` is the only one to free it, as the last call.
    unsafe { &*(*file.cast::<File>()).opened }
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite calls with the VFS that was registered, whose context lives as long as the process.
    let context = unsafe { &*(*vfs).pAppData.cast::<Context>() };
    // SAFETY: SQLite allocated `szOsFile` bytes for this file.
    let behind = unsafe { real(file) };
    // SAFETY: the real method is called with its own VFS and the part of the allocation that is its own.
    let code = unsafe {
        (*file).pMethods = std::ptr::null();
        (*behind).pMethods = std::ptr::null();
        match (*context.real).xOpen {
            Some(open) => open(context.real, name, behind, flags, out_flags),
            None => ffi::SQLITE_CANTOPEN,
        }
    };
    // SAFETY: as above; a failed file that has methods is to be closed, which SQLite will not do for us.
    unsafe {
        if code != ffi::SQLITE_OK {
            if let Some(close) = (*behind).pMethods.as_ref().and_then(|methods| methods.xClose) {
                close(behind);
            }
            return code;
        }
    }
    // SAFETY: SQLite's names are NUL-terminated, or null for temporary files.
    let path = (!name.is_null()).then(|| unsafe { path_of(name) });
    let is_new_journal = flags & ffi::SQLITE_OPEN_CREATE != 0 && flags & JOURNALS != 0;
    let syncs_folder = AtomicBool::new(is_new_journal);
    let opened = Box::new(Opened { shadow: Arc::clone(&context.shadow), path, syncs_folder });
    // SAFETY: `file` is SQLite's allocation for this file, and nobody else has it yet.
    unsafe {
        (*file.cast::<File>()).opened = Box::into_raw(opened);
        (*file).pMethods = &raw const METHODS;
    }
    code
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_dir: c_int) -> c_int {
    // SAFETY: SQLite calls with the VFS that was registered, whose context lives as long as the process.
    let context = unsafe { &*(*vfs).pAppData.cast::<Context>() };
    // SAFETY: the real method is called with its own VFS.
    let code = unsafe {
        match (*context.real).xDelete {
            Some(delete) => delete(context.real, name, sync_dir),
            None => ffi::SQLITE_IOERR,
        }
    };
    if code == ffi::SQLITE_OK {
        // SAFETY: SQLite's names are NUL-terminated.
        let path = unsafe { path_of(name) };
        context.shadow.delete(&path, sync_dir != 0);
    }
    code
}

/// # Safety
/// `name` must be NUL-terminated.
unsafe fn path_of(name: *const c_char) -> PathBuf {
    // SAFETY: as the caller promises.
    let name = unsafe { CStr::from_ptr(name) };
    Path::new(OsStr::from_bytes(name.to_bytes())).to_owned()
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once, after its last use; the box is freed with it.
    unsafe {
        drop(Box::from_raw((*file.cast::<File>()).opened));
        let behind = real(file);
        match (*(*behind).pMethods).xClose {
            Some(close) => close(behind),
            None => ffi::SQLITE_OK,
        }
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, bytes: *const c_void, len: c_int, offset: i64) -> c_int {
    // SAFETY: `file` is open; SQLite's buffer has `len` bytes; the real method is called with its own file.
    unsafe {
        let behind = real(file);
        let Some(write) = (*(*behind).pMethods).xWrite else { return ffi::SQLITE_IOERR_WRITE };
        let code = write(behind, bytes, len, offset);
        if let (ffi::SQLITE_OK, Some(path), Ok(len), Ok(offset)) =
            (code, &opened(file).path, usize::try_from(len), usize::try_from(offset))
        {
            let bytes = std::slice::from_raw_parts(bytes.cast::<u8>(), len);
            opened(file).shadow.write(path, offset, bytes);
        }
        code
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    // SAFETY: `file` is open; the real method is called with its own file.
    unsafe {
        let behind = real(file);
        let Some(truncate) = (*(*behind).pMethods).xTruncate else { return ffi::SQLITE_IOERR_TRUNCATE };
        let code = truncate(behind, size);
        if let (ffi::SQLITE_OK, Some(path), Ok(size)) = (code, &opened(file).path, usize::try_from(size)) {
            opened(file).shadow.truncate(path, size);
        }
        code
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: `file` is open; the real method is called with its own file.
    unsafe {
        let behind = real(file);
        let Some(sync) = (*(*behind).pMethods).xSync else { return ffi::SQLITE_IOERR_FSYNC };
        if opened(file).shadow.syncs_fail() {
            return ffi::SQLITE_IOERR_FSYNC;
        }
        let code = sync(behind, flags);
        if let (ffi::SQLITE_OK, Some(path)) = (code, &opened(file).path) {
            opened(file).shadow.sync(path);
            if opened(file).syncs_folder.swap(false, Ordering::SeqCst) {
                opened(file).shadow.sync_folder(path);
            }
        }
        code
    }
}

/// Methods that are passed on as they are.
macro_rules! passed_on {
    ($($name:ident $field:ident($($arg:ident: $type:ty),*) else $missing:ident;)+) => {$(
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file, $($arg: $type),*) -> c_int {
            // SAFETY: `file` is open; the real method is called with its own file and SQLite's own arguments.
            unsafe {
                let behind = real(file);
                match (*(*behind).pMethods).$field {
                    Some(method) => method(behind, $($arg),*),
                    None => ffi::$missing,
                }
            }
        }
    )+};
}

passed_on! {
    read xRead(bytes: *mut c_void, len: c_int, offset: i64) else SQLITE_IOERR_READ;
    file_size xFileSize(size: *mut i64) else SQLITE_IOERR_FSTAT;
    lock xLock(level: c_int) else SQLITE_IOERR_LOCK;
    unlock xUnlock(level: c_int) else SQLITE_IOERR_UNLOCK;
    check_reserved_lock xCheckReservedLock(found: *mut c_int) else SQLITE_IOERR_CHECKRESERVEDLOCK;
    file_control xFileControl(operation: c_int, argument: *mut c_void) else SQLITE_NOTFOUND;
    sector_size xSectorSize() else SQLITE_OK;
    device_characteristics xDeviceCharacteristics() else SQLITE_OK;
    shm_map xShmMap(page: c_int, size: c_int, extend: c_int, memory: *mut *mut c_void) else SQLITE_IOERR_SHMMAP;
    shm_lock xShmLock(offset: c_int, count: c_int, flags: c_int) else SQLITE_IOERR_SHMLOCK;
    shm_unmap xShmUnmap(delete: c_int) else SQLITE_OK;
    fetch xFetch(offset: i64, len: c_int, memory: *mut *mut c_void) else SQLITE_IOERR_MMAP;
    unfetch xUnfetch(offset: i64, memory: *mut c_void) else SQLITE_OK;
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: `file` is open; the real method is called with its own file.
    unsafe {
        let behind = real(file);
        if let Some(barrier) = (*(*behind).pMethods).xShmBarrier {
            barrier(behind);
        }
    }
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 3,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: Some(fetch),
    xUnfetch: Some(unfetch),
};
