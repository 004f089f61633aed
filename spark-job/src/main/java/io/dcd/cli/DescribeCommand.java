package io.dcd.cli;

import io.dcd.model.cost.CostReport;
import io.dcd.model.cost.LayerCost;
import io.dcd.model.cost.PaperTables;
import io.dcd.model.cost.TableComparison;
import io.dcd.model.network.Networks;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dcd describe}: what a network costs, layer by layer. */
@Command(
        name = "describe",
        description = {
            "Describes a network, parameters and multiply-adds layer by layer; or holds a table of the paper against ours.",
            "",
            "Multiply-adds are given by two conventions: 'published' counts each dynamic layer in the cheaper of its two equivalent forms, "
                    + "as the paper does; 'executed' is what training computes."
        })
final class DescribeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NETWORK", arity = "0..1", description = "A name that 'dcd networks' lists.")
    private Optional<String> network;

    @Option(
            names = "--table",
            paramLabel = "TABLE",
            description = "Print a table of the paper beside ours instead: 1a, 1b, 2, 3a, 3b or 4.")
    private Optional<String> table;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Mixin
    private ShapeOptions shape;

    @Override
    public Integer call() {
        if (table.isPresent() == network.isPresent()) {
            throw new UsageException("a network or --table is needed, one of the two");
        }
        if (table.isPresent()) {
            TableComparison comparison = comparison(table.get());
            if (json) {
                Json.print(spec, comparison);
            } else {
                TableText.print(spec.commandLine().getOut(), comparison);
            }
        } else {
            CostReport report = report(network.get());
            if (json) {
                Json.print(spec, report);
            } else {
                print(report);
            }
        }
        return ExitCode.DONE.code();
    }

    private static TableComparison comparison(String id) {
        try {
            return TableComparison.of(PaperTables.named(id));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private CostReport report(String name) {
        try {
            return CostReport.of(Networks.named(name), shape.options());
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private void print(CostReport report) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%s for %d × %d images, %d classes, stem stride %d%n%n",
                report.network(), report.imageSize(), report.imageSize(), report.classes(), report.stemStride());
        String row = "%-26s %-24s %-14s %12s %12s %12s%n";
        out.printf(row, "layer", "kind", "output", "parameters", "published", "executed");
        for (LayerCost layer : report.layers()) {
            out.printf(
                    row,
                    layer.name(),
                    layer.kind(),
                    layer.output(),
                    "%,d".formatted(layer.trainableParameters()),
                    millions(layer.madds().published()),
                    millions(layer.madds().executed()));
        }
        out.printf(
                row,
                "total",
                "",
                "",
                "%,d".formatted(report.trainableParameters()),
                millions(report.madds().published()),
                millions(report.madds().executed()));
        out.printf(
                "%nMultiply-adds in millions for one image. Besides the trainable parameters there are %,d running statistics.%n",
                report.runningStatistics());
        out.flush();
    }

    private static String millions(long multiplyAdds) {
        return "%.3f".formatted(multiplyAdds / 1e6);
    }
}
