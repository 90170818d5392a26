package io.millrace.storage.crash;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** For suites of thousands of crashes: what the storage says about each would be all that one sees. */
final class Quiet implements BeforeAllCallback, AfterAllCallback {

    private final Logger storage = (Logger) LoggerFactory.getLogger("io.millrace.storage");

    @Override
    public void beforeAll(ExtensionContext context) {
        storage.setLevel(Level.OFF);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        storage.setLevel(null);
    }
}
