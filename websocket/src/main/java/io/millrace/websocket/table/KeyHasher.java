package io.millrace.websocket.table;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * 128 bits of the SHA-256 of keys. Two keys with the same ones would be taken for one; nobody can make such a pair. Keeps scratch
 * space: one caller at a time.
 */
public final class KeyHasher {

    private final MessageDigest digest = sha256();
    private final byte[] hash = new byte[32];
    private final ByteBuffer view = ByteBuffer.wrap(hash);

    /** Looks at a key; what it says from now on is about that one. */
    public KeyHasher of(byte[] key) {
        digest.update(key);
        try {
            digest.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    long high() {
        return view.getLong(0);
    }

    long low() {
        return view.getLong(8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
