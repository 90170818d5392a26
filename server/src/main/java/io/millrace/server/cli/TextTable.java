package io.millrace.server.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Columns as wide as what is in them; those whose cells are all numbers are aligned to the right. */
final class TextTable {

    private static final Pattern NUMBER = Pattern.compile("-|[+-]?[\\d.]+( [kMGT]?B)?");

    private final List<String> header;
    private final List<List<String>> rows = new ArrayList<>();

    TextTable(String... header) {
        this.header = List.of(header);
    }

    void row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell == null ? "-" : cell.toString());
        }
        rows.add(row);
    }

    void print(PrintWriter out) {
        print(out, header);
        rows.forEach(row -> print(out, row));
    }

    private void print(PrintWriter out, List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < header.size(); column++) {
            String cell = cells.get(column);
            String padding = " ".repeat(width(column) - cell.length());
            line.append("  ").append(isNumeric(column) ? padding + cell : cell + padding);
        }
        out.println(line.toString().stripTrailing());
    }

    private int width(int column) {
        int width = header.get(column).length();
        for (List<String> row : rows) {
            width = Math.max(width, row.get(column).length());
        }
        return width;
    }

    private boolean isNumeric(int column) {
        return rows.stream().allMatch(row -> NUMBER.matcher(row.get(column)).matches());
    }
}
