package io.millrace.server.http.body;

import io.millrace.server.http.HttpProblem;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** Inflates a body and counts while it does, so that a small one cannot become a huge one. */
final class GzipBody {

    private GzipBody() {}

    /**
     * The inflated bytes.
     *
     * @throws HttpProblem 413 as soon as there are more than {@code maxBytes}, 400 when this is not gzip or not all of it
     */
    static byte[] inflate(byte[] compressed, int maxBytes) {
        byte[] inflated = new byte[(int) Math.min(maxBytes, Math.max(512L, 4L * compressed.length))];
        int size = 0;
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(compressed), 4096)) {
            while (true) {
                if (size == inflated.length) {
                    int overflow = gzip.read();
                    if (overflow < 0) {
                        return inflated;
                    }
                    if (size == maxBytes) {
                        throw HttpProblem.bodyTooLarge("the body is larger than " + maxBytes
                                + " bytes after decompression; nothing was stored, send it in smaller requests");
                    }
                    inflated = Arrays.copyOf(inflated, (int) Math.min(maxBytes, 2L * inflated.length));
                    inflated[size++] = (byte) overflow;
                }
                int read = gzip.read(inflated, size, inflated.length - size);
                if (read < 0) {
                    return Arrays.copyOf(inflated, size);
                }
                size += read;
            }
        } catch (EOFException e) {
            throw HttpProblem.badRequest("the gzip body ends too early; nothing was stored");
        } catch (IOException e) {
            throw HttpProblem.badRequest("the body is not valid gzip (" + e.getMessage() + "); nothing was stored");
        }
    }
}
