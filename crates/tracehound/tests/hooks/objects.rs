//! BPF objects.
