package io.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "50MB/s, 50000000",
        "50 mb, 50000000",
        "1.5GiB, 1610612736",
        "64k, 64000",
        "64KiB/s, 65536",
        "2TB, 2000000000000",
        "7B, 7"
    })
    void sizesAreUnderstoodAsPeopleWriteThem(String text, long bytes) {
        assertThat(ByteSize.parse("--throttle", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fast", "", "0", "-5MB", "5 minutes", "MB", "99999999999TB"})
    void whatIsNoSizeIsRefusedWithTheNameOfTheOption(String text) {
        assertThatThrownBy(() -> ByteSize.parse("--throttle", text))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("--throttle takes a size such as 50MB");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.00 kB",
        "12345, 12.3 kB",
        "999999, 1.00 MB",
        "123456789, 123 MB",
        "9999999999999999, 10000 TB"
    })
    void sizesArePrintedWithThreeDigits(long bytes, String text) {
        assertThat(ByteSize.format(bytes)).isEqualTo(text);
    }
}
