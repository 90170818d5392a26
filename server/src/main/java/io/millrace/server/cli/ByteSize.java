package io.millrace.server.cli;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes as people write them: {@code 50MB} is fifty million, {@code 50MiB} is 50 · 2^20. */
final class ByteSize {

    private static final Pattern TEXT = Pattern.compile("(\\d+(?:\\.\\d+)?) *([kmgt]?i?b?)(?:/s)?");

    private static final Map<Character, Integer> POWERS = Map.of('k', 1, 'm', 2, 'g', 3, 't', 4);
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

    private ByteSize() {}

    /** Reads a size, or a rate such as {@code 50MB/s}. Throws a {@link CommandFailure} that names the option. */
    static long parse(String option, String text) {
        Matcher matcher = TEXT.matcher(text.trim().toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            String unit = matcher.group(2);
            int power = unit.isEmpty() ? 0 : POWERS.getOrDefault(unit.charAt(0), 0);
            BigDecimal factor =
                    BigDecimal.valueOf(unit.contains("i") ? 1024 : 1000).pow(power);
            BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(factor);
            if (bytes.compareTo(BigDecimal.ONE) >= 0 && bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
                return bytes.longValue();
            }
        }
        throw new CommandFailure(ExitCode.USAGE, option + " takes a size such as 50MB or 1.5GiB, not '" + text + "'");
    }

    /** With three digits at most, in decimal units. */
    static String format(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        String number = unit == 0 || value >= 99.95
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, value >= 9.995 ? "%.1f" : "%.2f", value);
        return number + " " + UNITS[unit];
    }
}
