package io.millrace.server.http.produce;

import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.Utf8;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** CloudEvents in HTTP's binary mode: attributes in headers {@code ce-x}, data in the body (HTTP binding §3.1). Pure functions. */
final class CloudEventHeaders {

    /** The header that says that a request is an event. */
    static final String SPECVERSION = "ce-specversion";

    private static final String PREFIX = "ce-";

    private CloudEventHeaders() {}

    /** The record of a request. Throws MillraceException INVALID_RECORD. */
    static NewRecord record(MultiMap headers, byte[] body, ProduceOptions options) {
        CloudEventAttributes attributes = new CloudEventAttributes();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(PREFIX)) {
                attributes.put(
                        name.substring(PREFIX.length()),
                        decoded(header.getValue().trim()));
            }
        }
        String contentType = headers.get(HttpHeaders.CONTENT_TYPE);
        if (contentType != null) {
            attributes.put(CloudEventAttributes.DATA_CONTENT_TYPE, contentType);
        }
        boolean hasData = body.length > 0 || contentType != null;
        return attributes.record(hasData ? body : null, options);
    }

    /** Double quotes around a value are taken away, then %xx are bytes of UTF-8 (HTTP binding §3.1.3.2). */
    private static String decoded(String value) {
        String text = isQuoted(value) ? unquoted(value) : value;
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if (each != '%') {
                bytes.writeBytes(String.valueOf(each).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            int high = digitAt(text, i + 1);
            int low = digitAt(text, i + 2);
            if (high < 0 || low < 0) {
                throw CloudEventAttributes.invalid("'" + value + "' has a % that two hexadecimal digits do not follow");
            }
            bytes.write(high << 4 | low);
            i += 2;
        }
        String decoded = Utf8.textOrNull(bytes.toByteArray());
        if (decoded == null) {
            throw CloudEventAttributes.invalid("'" + value + "' is not UTF-8 after percent-decoding");
        }
        return decoded;
    }

    private static int digitAt(String text, int at) {
        return at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
    }

    private static boolean isQuoted(String value) {
        return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
    }

    private static String unquoted(String value) {
        return value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1");
    }
}
