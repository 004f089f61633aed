package io.dcd.model.cost;

import java.util.List;
import java.util.Optional;

/**
 * A table of the paper, or what of it a network's cost can be held against.
 *
 * @param id by which {@code dcd describe --table} knows it
 * @param title what it compares
 * @param rows its lines
 */
public record PaperTable(String id, String title, List<Row> rows) {
    public PaperTable {
        rows = List.copyOf(rows);
    }

    /** Where a published figure comes from. */
    public enum Source {
        /** Printed in the paper. */
        PRINTED,
        /** Recalled from the published PDF: compared, never asserted. */
        RECALLED
    }

    /**
     * A line of a table.
     *
     * @param label what the paper calls it
     * @param network our name for it
     * @param withoutClassifier whether the paper leaves the classifier out of the parameters
     * @param parameters in millions
     * @param madds in millions
     * @param top1 accuracy on ImageNet in percent
     * @param source of the three
     * @param remark why our figures cannot agree, where they do not
     */
    public record Row(
            String label,
            String network,
            boolean withoutClassifier,
            double parameters,
            double madds,
            double top1,
            Source source,
            Optional<String> remark) {
        static Row printed(String label, String network, double parameters, double madds, double top1) {
            return new Row(label, network, false, parameters, madds, top1, Source.PRINTED, Optional.empty());
        }

        static Row recalled(String label, String network, double parameters, double madds, double top1) {
            return new Row(label, network, false, parameters, madds, top1, Source.RECALLED, Optional.empty());
        }

        Row leavingOutTheClassifier() {
            return new Row(label, network, true, parameters, madds, top1, source, remark);
        }

        Row remarking(String reason) {
            return new Row(label, network, withoutClassifier, parameters, madds, top1, source, Optional.of(reason));
        }
    }
}
