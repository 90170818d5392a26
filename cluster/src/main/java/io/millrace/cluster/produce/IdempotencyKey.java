package io.millrace.cluster.produce;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;

/**
 * What a client calls a request, so that it may send it again without knowing whether it was carried out before (gateway protocol §8).
 * Means something for one principal and one topic.
 *
 * <p>The first record of a request is known by the key, whatever form the request has, so a retry may come in another form; record {@code i}
 * of several, counted from 0, by the key and {@code #i}, so that a retry stores only what is missing.
 *
 * @param principal who sends it; {@link #ANONYMOUS} when nobody said who he is
 * @param key 1 to {@value #LENGTH_MAX} visible characters
 */
public record IdempotencyKey(String principal, String key) {

    public static final String ANONYMOUS = "anonymous";

    public static final int LENGTH_MAX = 128;

    /** Throws MillraceException INVALID_REQUEST when the key is too short, too long, or has characters that headers cannot have. */
    public IdempotencyKey {
        if (key.isEmpty() || key.length() > LENGTH_MAX) {
            throw invalid("it has " + key.length() + " characters");
        }
        for (int i = 0; i < key.length(); i++) {
            char each = key.charAt(i);
            if (each < ' ' || each > '~') {
                throw invalid("character " + (i + 1) + " is not visible ASCII");
            }
        }
    }

    private static MillraceException invalid(String why) {
        return new MillraceException(
                ErrorCode.INVALID_REQUEST,
                "An idempotency key has 1 to " + LENGTH_MAX + " visible ASCII characters, but " + why
                        + ". Nothing was stored.");
    }
}
