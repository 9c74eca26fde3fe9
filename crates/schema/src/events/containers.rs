//! Containers, as cgroups show them. Ids 360 to 369.

use super::events;

events! {}
