package io.millrace.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a browser would only tell when the page is opened: every file is there, and none comes from elsewhere. */
class PageFilesTest {

    private static final Pattern IMPORT = Pattern.compile("(?:\\bfrom|\\bimport)\\s*[\"']([^\"'`$]+)[\"']");
    private static final Pattern DEFINED_ELEMENT = Pattern.compile("customElements\\.define\\('([a-z-]+)'");
    private static final Pattern USED_ELEMENT = Pattern.compile("<([a-z]+-[a-z-]+)[\\s>]");
    private static final Pattern LOADED_BY_PAGE = Pattern.compile("(?:src|href)=\"([^\"]+)\"");
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);

    private final Path root = folder();

    @Test
    void everyImportNamesAFileThatIsThere() throws IOException {
        for (Path module : files(".js")) {
            for (String target : matches(IMPORT, withoutComments(module))) {
                assertThat(target)
                        .as("import in %s: a browser resolves relative paths only", module)
                        .startsWith(".");
                assertThat(module.resolveSibling(target).normalize())
                        .as("import in %s", module)
                        .isRegularFile();
            }
        }
    }

    @Test
    void thePageLoadsOnlyItsOwnFiles() throws IOException {
        Path page = root.resolve("index.html");
        for (String target : matches(LOADED_BY_PAGE, Files.readString(page))) {
            if (!target.equals("overview")) {
                assertThat(page.resolveSibling(target)).isRegularFile();
            }
        }
    }

    @Test
    void nothingOfThePageStandsInlineWhereASecurityPolicyForbidsIt() throws IOException {
        String page = Files.readString(root.resolve("index.html"));
        assertThat(page).doesNotContain("<style", "style=\"").doesNotContainPattern("<script(?![^>]*src=)");
        for (Path module : ownModules()) {
            assertThat(Files.readString(module)).as(module.toString()).doesNotContain(" style=\"", "<style");
        }
    }

    @Test
    void noFileNamesAnotherHost() throws IOException {
        for (Path file :
                Stream.concat(ownModules().stream(), files(".css").stream()).toList()) {
            assertThat(withoutComments(file)).as(file.toString()).doesNotContainPattern("https?://[a-z]");
        }
    }

    @Test
    void everyElementThatIsUsedIsDefined() throws IOException {
        Set<String> defined = new TreeSet<>();
        Set<String> used = new TreeSet<>(matches(USED_ELEMENT, Files.readString(root.resolve("index.html"))));
        for (Path module : ownModules()) {
            defined.addAll(matches(DEFINED_ELEMENT, Files.readString(module)));
            used.addAll(matches(USED_ELEMENT, withoutComments(module)));
        }
        assertThat(used).containsExactlyInAnyOrderElementsOf(defined);
    }

    @Test
    void theClientIsOneFileThatNeedsNoOther() throws IOException {
        String client = Files.readString(root.resolve("client/millrace.js"));
        assertThat(withoutComments(root.resolve("client/millrace.js"))).doesNotContainPattern("\\bimport\\b");
        assertThat(client).startsWith("/**").contains("export function connect(", "export class Subscription ");
    }

    @Test
    void pathsOfThePageCannotBeMistakenForTopics() throws IOException {
        // The server answers /topics/{topic} and /stream: a file of the page there would hide a topic of that name.
        try (Stream<Path> top = Files.list(root)) {
            assertThat(top.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("index.html", "favicon.svg", "client", "ui", "vendor");
        }
    }

    private List<Path> ownModules() throws IOException {
        return files(".js").stream()
                .filter(path -> !path.startsWith(root.resolve("vendor")))
                .toList();
    }

    private List<Path> files(String ending) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            List<Path> found = paths.filter(path -> path.toString().endsWith(ending) && Files.isRegularFile(path))
                    .toList();
            assertThat(found).isNotEmpty();
            return found;
        }
    }

    private static String withoutComments(Path file) throws IOException {
        return COMMENT.matcher(Files.readString(file)).replaceAll("");
    }

    private static List<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    private static Path folder() {
        try {
            return Path.of(PageFilesTest.class.getResource("/dashboard").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
