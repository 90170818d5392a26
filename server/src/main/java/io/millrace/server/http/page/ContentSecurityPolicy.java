package io.millrace.server.http.page;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a page may load and run: its own files, its own server, and nothing written into it by anyone else. Scripts and styles
 * that stand in the page itself (an import map must) are allowed by their hashes.
 */
final class ContentSecurityPolicy {

    private static final Pattern INLINE_SCRIPT = Pattern.compile(
            "<script(?![^>]*\\ssrc\\s*=)[^>]*>(.*?)</script>", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    private static final Pattern INLINE_STYLE =
            Pattern.compile("<style[^>]*>(.*?)</style>", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    private ContentSecurityPolicy() {}

    static String forPage(byte[] html) {
        String page = new String(html, StandardCharsets.UTF_8);
        return "default-src 'none'; script-src 'self'" + hashes(INLINE_SCRIPT, page)
                + "; style-src 'self'" + hashes(INLINE_STYLE, page)
                + "; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'"
                + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    private static String hashes(Pattern inline, String page) {
        StringBuilder hashes = new StringBuilder();
        Matcher matcher = inline.matcher(page);
        while (matcher.find()) {
            byte[] hash = StaticFile.sha256(matcher.group(1).getBytes(StandardCharsets.UTF_8));
            hashes.append(" 'sha256-")
                    .append(Base64.getEncoder().encodeToString(hash))
                    .append('\'');
        }
        return hashes.toString();
    }
}
