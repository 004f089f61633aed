package io.dcd.cli;

import io.dcd.model.cost.PaperTable;
import io.dcd.model.cost.TableComparison;
import java.io.PrintWriter;

/** A table of the paper beside ours, as text. */
final class TableText {
    private TableText() {}

    static void print(PrintWriter out, TableComparison comparison) {
        out.printf(
                "Table %s. %s (parameters and multiply-adds in millions)%n%n", comparison.table(), comparison.title());
        String row = "%-24s %10s %10s %9s %10s %10s %9s %6s  %s%n";
        out.printf(row, "", "parameters", "ours", "diff.", "madds", "ours", "diff.", "top-1", "network");
        for (TableComparison.Row line : comparison.rows()) {
            PaperTable.Row published = line.published();
            out.printf(
                    row,
                    published.label() + (published.source() == PaperTable.Source.RECALLED ? " [R]" : " [P]"),
                    "%.1f".formatted(published.parameters()),
                    "%.3f".formatted(line.parameters()),
                    "%+.3f%s".formatted(line.parametersDifference(), line.parametersAgree() ? " " : "!"),
                    "%.1f".formatted(published.madds()),
                    "%.1f".formatted(line.madds()),
                    "%+.1f%s".formatted(line.maddsDifference(), line.maddsAgree() ? " " : "!"),
                    "%.1f".formatted(published.top1()),
                    published.network());
        }
        out.println();
        comparison.rows().stream()
                .map(TableComparison.Row::published)
                .filter(published -> published.remark().isPresent())
                .forEach(published -> out.printf(
                        "! %s: %s.%n", published.label(), published.remark().get()));
        out.println(
                "Top-1 is the paper's. [P] marks figures printed in the paper's text, [R] those recalled from the published PDF.");
        out.println(
                "! marks parameters that differ by 0.1 million or more, and multiply-adds that differ by more than 1 %.");
        out.flush();
    }
}
