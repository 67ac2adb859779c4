//! Counts allocations: a measure of work that is the same on every machine.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

static COUNT: AtomicU64 = AtomicU64::new(0);

/// The system's allocator, counting. The native tool installs it.
pub struct Counting;

// SAFETY: every call is passed on to the system's allocator unchanged; counting touches nothing else.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        unsafe { System.dealloc(ptr, layout) }
    }
    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(ptr, layout, size) }
    }
}

/// Allocations since the process began; 0 where the counting allocator is not installed.
pub fn count() -> u64 {
    COUNT.load(Ordering::Relaxed)
}

/// Adds to the count, as a spender would.
#[cfg(test)]
pub fn charge(n: u64) {
    COUNT.fetch_add(n, Ordering::Relaxed);
}
