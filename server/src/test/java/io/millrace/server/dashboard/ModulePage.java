package io.millrace.server.dashboard;

import com.microsoft.playwright.Page;
import io.millrace.server.TestServer;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An empty page of a node's own origin, in a real browser: what the node serves as modules may be imported there and asked. One for all
 * tests of a class, to be registered with {@link org.junit.jupiter.api.extension.RegisterExtension} in a static field.
 */
final class ModulePage implements BeforeAllCallback, AfterAllCallback {

    private final String preamble;
    private Chromium chromium;
    private TestServer server;
    private Page page;

    ModulePage() {
        this("");
    }

    /** @param preamble JavaScript that stands before everything that is run */
    ModulePage(String preamble) {
        this.preamble = preamble;
    }

    /** Runs the body of an async function; returns what it returns. */
    Object run(String body) {
        return page.evaluate("async () => {" + preamble + body + "}");
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        chromium = Chromium.launch();
        server = TestServer.start();
        page = chromium.browser().newPage();
        // Any file of the node will do.
        page.navigate(server.httpUrl() + "/favicon.svg");
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (chromium != null) {
            server.close();
            chromium.close();
        }
    }
}
