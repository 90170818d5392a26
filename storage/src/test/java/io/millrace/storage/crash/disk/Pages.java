package io.millrace.storage.crash.disk;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The bytes of a file in pages. Pages are replaced, never changed, so that a copy costs no more than its list of pages. */
final class Pages {

    static final int PAGE_BYTES = 4096;

    private static final byte[] ZEROS = new byte[PAGE_BYTES];

    private byte[][] pages = new byte[0][];
    private long sizeBytes;

    Pages copy() {
        Pages copy = new Pages();
        copy.pages = pages.clone();
        copy.sizeBytes = sizeBytes;
        return copy;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    byte[] page(int number) {
        byte[] page = number < pages.length ? pages[number] : null;
        return page == null ? ZEROS : page;
    }

    /** Puts a page in place; the size of the file stays what it is. */
    void page(int number, byte[] page) {
        if (number >= pages.length) {
            pages = Arrays.copyOf(pages, number + 1);
        }
        pages[number] = page;
    }

    /** Overwrites bytes; the file grows when they reach over its end. */
    void write(long position, byte[] bytes) {
        int done = 0;
        while (done < bytes.length) {
            long at = position + done;
            int inPage = (int) (at % PAGE_BYTES);
            int count = Math.min(bytes.length - done, PAGE_BYTES - inPage);
            byte[] page = page((int) (at / PAGE_BYTES)).clone();
            System.arraycopy(bytes, done, page, inPage, count);
            page((int) (at / PAGE_BYTES), page);
            done += count;
        }
        sizeBytes = Math.max(sizeBytes, position + bytes.length);
    }

    /** Cuts the file, or makes it longer with zeros. */
    void resize(long newSizeBytes) {
        if (newSizeBytes < sizeBytes) {
            int kept = (int) ((newSizeBytes + PAGE_BYTES - 1) / PAGE_BYTES);
            pages = Arrays.copyOf(pages, Math.min(pages.length, kept));
            int inPage = (int) (newSizeBytes % PAGE_BYTES);
            if (inPage > 0) {
                byte[] page = page(kept - 1).clone();
                Arrays.fill(page, inPage, PAGE_BYTES, (byte) 0);
                page(kept - 1, page);
            }
        }
        sizeBytes = newSizeBytes;
    }

    /** Reads until the buffer is full or the file ends. */
    int read(ByteBuffer target, long position) {
        int start = target.position();
        while (target.hasRemaining() && position < sizeBytes) {
            int inPage = (int) (position % PAGE_BYTES);
            int count = (int) Math.min(Math.min(target.remaining(), PAGE_BYTES - inPage), sizeBytes - position);
            target.put(page((int) (position / PAGE_BYTES)), inPage, count);
            position += count;
        }
        return target.position() - start;
    }
}
