package io.dcd.cli;

import io.dcd.model.cost.CostReport;
import io.dcd.model.network.NetworkLine;
import io.dcd.model.network.NetworkOptions;
import io.dcd.model.network.Networks;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dcd networks}: lists the registry. */
@Command(
        name = "networks",
        description = {
            "Lists the networks with their cost for 224 × 224 images and 1000 classes, and the options that a name may carry.",
            "",
            "MobileNetV2 can be had at any width: mobilenetv2-x0.6-dcd. Options stand behind a colon: mobilenetv2-x0.5-dcd:blocks=4,form=plain."
        })
final class NetworksCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** Everything that is listed. */
    private record Registry(List<Entry> networks, List<NetworkLine> lines) {}

    /** A line of the list. */
    private record Entry(String name, long trainableParameters, long madds) {}

    @Override
    public Integer call() {
        List<Entry> entries =
                Networks.names().stream().map(NetworksCommand::entry).toList();
        if (json) {
            Json.print(spec, new Registry(entries, Networks.lines()));
        } else {
            print(entries);
        }
        return ExitCode.DONE.code();
    }

    private void print(List<Entry> entries) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%-28s %14s %14s%n", "network", "parameters", "multiply-adds");
        entries.forEach(entry ->
                out.printf("%-28s %,14d %13.1fM%n", entry.name(), entry.trainableParameters(), entry.madds() / 1e6));
        for (NetworkLine line : Networks.lines()) {
            out.printf("%n%s: %s%n", line.name(), line.meaning());
            line.options()
                    .forEach(option ->
                            out.printf("  %-11s %-48s %s%n", option.key(), option.values(), option.meaning()));
        }
        out.flush();
    }

    private static Entry entry(String name) {
        CostReport report = CostReport.of(Networks.named(name), NetworkOptions.imageNet());
        return new Entry(name, report.trainableParameters(), report.madds().published());
    }
}
