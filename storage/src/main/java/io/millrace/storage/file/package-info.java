/**
 * The only opener of files in the storage module: everything that touches a disk goes through here, so that what a crash
 * leaves behind can be reasoned about, and tested, in one place.
 *
 * <p>Called by shard, housekeeping and reader threads; never by event loops.
 */
package io.millrace.storage.file;
