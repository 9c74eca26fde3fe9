//! What two views of the kernel say differently. Ids 340 to 349.

use super::events;

events! {}
