package io.millrace.server.config;

/**
 * Who gets in.
 *
 * @param allowInsecure whether listeners may bind to addresses that other machines reach, although nobody is asked for
 *     credentials
 */
public record SecuritySettings(boolean allowInsecure) {

    static SecuritySettings standard() {
        return new SecuritySettings(false);
    }
}
