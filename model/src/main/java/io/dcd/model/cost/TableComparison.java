package io.dcd.model.cost;

import io.dcd.model.network.NetworkOptions;
import io.dcd.model.network.Networks;
import java.util.List;

/**
 * A table of the paper beside the same figures from our networks.
 *
 * @param table the table's id
 * @param title what it compares
 * @param rows its lines
 */
public record TableComparison(String table, String title, List<Row> rows) {
    /** Parameters are printed with one decimal, here rounded and there cut off. */
    private static final double PARAMETERS_UNIT = 0.1;

    /** How far multiply-adds may differ and still count as equal: the paper's convention is not spelled out. */
    private static final double MADDS_TOLERANCE = 0.01;

    public TableComparison {
        rows = List.copyOf(rows);
    }

    /**
     * A line; figures in millions.
     *
     * @param published the paper's line
     * @param parameters ours, without the classifier where the paper leaves it out
     * @param madds ours, by the published convention
     */
    public record Row(PaperTable.Row published, double parameters, double madds) {
        /** Ours minus the paper's. */
        public double parametersDifference() {
            return parameters - published.parameters();
        }

        /** Ours minus the paper's. */
        public double maddsDifference() {
            return madds - published.madds();
        }

        /** Whether the printed figure is ours, rounded or cut off. */
        public boolean parametersAgree() {
            return parametersDifference() >= -PARAMETERS_UNIT / 2 && parametersDifference() < PARAMETERS_UNIT;
        }

        /** Whether the printed figure is ours within one percent. */
        public boolean maddsAgree() {
            return Math.abs(maddsDifference()) <= MADDS_TOLERANCE * published.madds();
        }
    }

    /** Computes our figures for {@code table}. */
    public static TableComparison of(PaperTable table) {
        return new TableComparison(
                table.id(),
                table.title(),
                table.rows().stream().map(TableComparison::compare).toList());
    }

    private static Row compare(PaperTable.Row row) {
        CostReport report = CostReport.of(Networks.named(row.network()), NetworkOptions.imageNet());
        long classifier = report.layers().stream()
                .filter(layer -> layer.name().equals("classifier"))
                .mapToLong(LayerCost::trainableParameters)
                .sum();
        long parameters = report.trainableParameters() - (row.withoutClassifier() ? classifier : 0);
        return new Row(row, parameters / 1e6, report.madds().published() / 1e6);
    }
}
