package io.millrace.storage.crash.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;

/**
 * One file: what the processes see, what is on the disk, and the changes in between. A power cut leaves each piece of the file
 * as it was after some of these changes, each piece after others, and the size as it was after some: so data can survive that
 * was written later than data that did not, and a file can have grown without its data, which reads as zeros.
 *
 * <p>Guarded by the lock of the disk.
 */
final class CrashFile {

    /** Something that was done to the data and is not forced. */
    sealed interface Change {
        void applyTo(Pages pages);

        /** The first and the last page that it touches. */
        long fromByte();

        long toByte();
    }

    record Write(long position, byte[] bytes) implements Change {
        @Override
        public void applyTo(Pages pages) {
            pages.write(position, bytes);
        }

        @Override
        public long fromByte() {
            return position;
        }

        @Override
        public long toByte() {
            return position + bytes.length;
        }
    }

    record Resize(long sizeBytes, long sizeBefore) implements Change {
        @Override
        public void applyTo(Pages pages) {
            pages.resize(sizeBytes);
        }

        @Override
        public long fromByte() {
            return Math.min(sizeBytes, sizeBefore);
        }

        @Override
        public long toByte() {
            return Math.max(sizeBytes, sizeBefore);
        }
    }

    private Pages seen = new Pages();
    private Pages onDisk = new Pages();
    private final List<Change> unforced = new ArrayList<>();

    /** Pages that a failed force has given up: clean in memory, old on the disk, until somebody writes to them again. */
    private final BitSet givenUp = new BitSet();

    /** What was under way when the process died. */
    private Change interrupted;

    private Write interruptedBlocks;

    CrashFile() {}

    private CrashFile(Pages pages) {
        seen = pages;
        onDisk = pages.copy();
    }

    Pages seen() {
        return seen;
    }

    void change(Change change) {
        unforced.add(change);
        change.applyTo(seen);
        for (int page = firstPage(change); page <= lastPage(change); page++) {
            givenUp.clear(page);
        }
    }

    void force() {
        Pages forced = seen.copy();
        for (int page = givenUp.nextSetBit(0); page >= 0; page = givenUp.nextSetBit(page + 1)) {
            forced.page(page, onDisk.page(page));
        }
        onDisk = forced;
        unforced.clear();
    }

    /** A force that failed: the kernel says so once and takes the pages for clean from then on. */
    void failForce() {
        for (Change change : unforced) {
            givenUp.set(firstPage(change), lastPage(change) + 1);
        }
    }

    /** Overwrites blocks durably. */
    void writeBlocks(Write blocks) {
        blocks.applyTo(seen);
        blocks.applyTo(onDisk);
    }

    void interrupt(Change change) {
        interrupted = change;
    }

    void interruptBlocks(Write blocks) {
        interruptedBlocks = blocks;
    }

    /** Changes bytes behind the back of everybody. */
    void damage(Pages damaged) {
        seen = damaged;
        onDisk = damaged.copy();
        unforced.clear();
    }

    /** The file as it is found afterwards. */
    CrashFile after(Survival survival) {
        Pages left = survival.isPowerCut() ? afterPowerCut(survival) : afterKill(survival);
        if (interruptedBlocks != null) {
            tear(left, survival);
        }
        return new CrashFile(left);
    }

    private Pages afterKill(Survival survival) {
        Pages left = seen.copy();
        if (interrupted instanceof Write write) {
            byte[] bytes = write.bytes();
            int count = survival.interruptedAfter(bytes.length);
            left.write(write.position(), Arrays.copyOf(bytes, count));
        } else if (interrupted != null && survival.interruptedAfter(1) == 1) {
            interrupted.applyTo(left);
        }
        return left;
    }

    private Pages afterPowerCut(Survival survival) {
        List<Change> changes = new ArrayList<>(unforced);
        if (interrupted != null) {
            changes.add(interrupted);
        }
        int pieces = Pages.PAGE_BYTES / survival.pieceBytes();
        TreeSet<Integer> touched = new TreeSet<>();
        for (Change change : changes) {
            for (int page = firstPage(change); page <= lastPage(change); page++) {
                touched.add(page);
            }
        }
        List<int[]> moments = new ArrayList<>();
        for (int page : touched) {
            int[] momentOfPiece = new int[pieces];
            for (int i = 0; i < pieces; i++) {
                momentOfPiece[i] = givenUp.get(page) ? 0 : survival.dataMoment(changes.size());
            }
            moments.add(momentOfPiece);
        }
        int sizeMoment = survival.dataMoment(changes.size());
        Pages left = onDisk.copy();
        Pages then = onDisk.copy();
        long size = then.sizeBytes();
        for (int moment = 0; moment <= changes.size(); moment++) {
            if (moment > 0) {
                changes.get(moment - 1).applyTo(then);
            }
            if (moment == sizeMoment) {
                size = then.sizeBytes();
            }
            int row = 0;
            for (int page : touched) {
                takePieces(left, then, page, moments.get(row++), moment);
            }
        }
        Pages sized = new Pages();
        sized.resize(size);
        for (int page = 0; (long) page * Pages.PAGE_BYTES < size; page++) {
            sized.page(page, left.page(page));
        }
        // What lies behind the end reads as zeros when the file grows again.
        sized.resize(size + 1);
        sized.resize(size);
        return sized;
    }

    private static void takePieces(Pages left, Pages then, int page, int[] momentOfPiece, int moment) {
        int pieceBytes = Pages.PAGE_BYTES / momentOfPiece.length;
        byte[] taken = null;
        for (int i = 0; i < momentOfPiece.length; i++) {
            if (momentOfPiece[i] == moment) {
                taken = taken == null ? left.page(page).clone() : taken;
                System.arraycopy(then.page(page), i * pieceBytes, taken, i * pieceBytes, pieceBytes);
            }
        }
        if (taken != null) {
            left.page(page, taken);
        }
    }

    /** Any part of the blocks that were being written. */
    private void tear(Pages left, Survival survival) {
        byte[] bytes = interruptedBlocks.bytes();
        for (int at = 0; at < bytes.length; at += Pages.PAGE_BYTES) {
            if (survival.dataMoment(1) == 1) {
                byte[] block = Arrays.copyOfRange(bytes, at, at + Pages.PAGE_BYTES);
                left.write(interruptedBlocks.position() + at, block);
            }
        }
    }

    private static int firstPage(Change change) {
        return (int) (change.fromByte() / Pages.PAGE_BYTES);
    }

    private static int lastPage(Change change) {
        return (int) (Math.max(change.fromByte(), change.toByte() - 1) / Pages.PAGE_BYTES);
    }
}
