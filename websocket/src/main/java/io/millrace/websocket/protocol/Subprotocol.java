package io.millrace.websocket.protocol;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a WebSocket client can offer in {@code Sec-WebSocket-Protocol} (gateway protocol §1). */
public enum Subprotocol {
    JSON("millrace.v1.json", WireForm.MESSAGES),
    BINARY("millrace.v1.bin", WireForm.BINARY),
    /** One CloudEvent in each message; the name is the CloudEvents WebSocket binding's. */
    CLOUDEVENTS("cloudevents.json", WireForm.PLAIN);

    /** An entry that begins so is a credential, not a protocol; it is never answered. */
    private static final String BEARER = "bearer.";

    private final String wireName;
    private final WireForm form;

    Subprotocol(String wireName, WireForm form) {
        this.wireName = wireName;
        this.form = form;
    }

    public String wireName() {
        return wireName;
    }

    public WireForm form() {
        return form;
    }

    /** The names, for whoever answers handshakes. */
    public static List<String> wireNames() {
        List<String> names = new ArrayList<>();
        for (Subprotocol each : values()) {
            names.add(each.wireName);
        }
        return List.copyOf(names);
    }

    /**
     * The first of the offered ones that is known here, null when none is offered.
     *
     * @param offered the header, or null
     * @throws MillraceException INVALID_REQUEST when some are offered and none is known
     */
    public static Subprotocol choose(String offered) {
        if (offered == null) {
            return null;
        }
        boolean any = false;
        for (String entry : offered.split(",")) {
            String name = entry.strip();
            if (name.isEmpty() || name.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
                continue;
            }
            any = true;
            for (Subprotocol each : values()) {
                if (each.wireName.equals(name)) {
                    return each;
                }
            }
        }
        if (any) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "Sec-WebSocket-Protocol: none of '" + offered + "' is known here; offer one of " + wireNames()
                            + ", or none, and every message is one record");
        }
        return null;
    }
}
