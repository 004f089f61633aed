package io.dcd.cli;

import io.dcd.model.cost.CostReport;
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
            "Lists the networks with their cost for 224 × 224 images and 1000 classes.",
            "",
            "MobileNetV2 can be had at any width: mobilenetv2-x0.6-dcd.",
            ""
        })
final class NetworksCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** A line of the list. */
    private record Entry(String name, long trainableParameters, long madds) {}

    @Override
    public Integer call() {
        List<Entry> entries =
                Networks.names().stream().map(NetworksCommand::entry).toList();
        if (json) {
            Json.print(spec, entries);
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
        out.flush();
    }

    private static Entry entry(String name) {
        CostReport report = CostReport.of(Networks.named(name), NetworkOptions.imageNet());
        return new Entry(name, report.trainableParameters(), report.madds().published());
    }
}
