package io.dcd.model.pytorch;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Turns the tensors of a PyTorch checkpoint into the flat parameter vector of a network of ours. Every tensor of the file
 * must have its place and every parameter its tensor; only the counters {@code num_batches_tracked} are left out.
 *
 * <p>Layouts differ in two places: a depthwise kernel is (C, 1, k, k) there and (k, k, C) here, and a feature map that is
 * pooled to p×p is flattened with the channels outermost there and innermost here, which permutes the columns of FC1.
 */
public final class NetworkImport {
    private static final String COUNTER = ".num_batches_tracked";
    private static final String RUNNING_MEAN = ".running_mean";

    /** Any number will do: the names of a network's parameters do not depend on it. */
    private static final int SOME_CLASSES = 2;

    /** So many names are listed in a message. */
    private static final int LISTED = 3;

    private final TorchCheckpoint checkpoint;
    private final Graph graph;
    private final Fit fit;

    private NetworkImport(TorchCheckpoint checkpoint, Graph graph, Fit fit) {
        this.checkpoint = checkpoint;
        this.graph = graph;
        this.fit = fit;
    }

    /**
     * Reads a network.
     *
     * @param name of the network, for messages
     * @param network the network's graph for a number of classes; the file's classifier decides which
     * @throws IllegalArgumentException if no implementation in PyTorch has such a network
     * @throws TorchFileException if a tensor is missing, left over, or not as the network has it; the message names it
     */
    public static ImportedNetwork read(TorchCheckpoint checkpoint, String name, IntFunction<Graph> network) {
        List<Parameter> parameters = network.apply(SOME_CLASSES).parameters();
        Fit fit = Naming.of(parameters).stream()
                .map(naming -> Fit.of(naming, checkpoint))
                .min(Comparator.comparingInt(Fit::faults))
                .orElseThrow();
        for (Parameter parameter : parameters) {
            if (!fit.naming.names().containsKey(parameter.name())) {
                throw new IllegalArgumentException(
                        "network %s: its %s has no name in PyTorch; static and dcd networks can be imported"
                                .formatted(name, parameter.name()));
            }
        }
        if (fit.faults() > 0) {
            throw checkpoint.unfit(fit.message(name));
        }
        int classes = classes(checkpoint, fit, parameters);
        return new NetworkImport(checkpoint, network.apply(classes), fit).read(classes);
    }

    /** How the names of a file fit those of a network. */
    private record Fit(Naming naming, List<String> missing, List<String> leftOver, int counters) {
        static Fit of(Naming naming, TorchCheckpoint checkpoint) {
            Set<String> expected = new LinkedHashSet<>(naming.names().values());
            List<String> leftOver = new ArrayList<>();
            int counters = 0;
            for (String name : checkpoint.names()) {
                if (name.endsWith(COUNTER) && expected.contains(name.replace(COUNTER, RUNNING_MEAN))) {
                    counters++;
                } else if (!expected.contains(name)) {
                    leftOver.add(name);
                }
            }
            List<String> missing =
                    expected.stream().filter(name -> !checkpoint.has(name)).toList();
            return new Fit(naming, missing, leftOver, counters);
        }

        int faults() {
            return missing.size() + leftOver.size();
        }

        String message(String network) {
            List<String> faults = new ArrayList<>();
            if (!missing.isEmpty()) {
                faults.add("it lacks " + listed(missing));
            }
            if (!leftOver.isEmpty()) {
                faults.add("it has left over " + listed(leftOver));
            }
            return "it does not hold the network %s by the names of %s: %s"
                    .formatted(network, naming.title(), String.join("; ", faults));
        }

        private static String listed(List<String> names) {
            String first = String.join(
                    ", ", names.stream().limit(LISTED).map(Printable::of).toList());
            return names.size() > LISTED ? "%s and %d more".formatted(first, names.size() - LISTED) : first;
        }
    }

    /** The number of classes, on which the classifier's weights and biases agree. */
    private static int classes(TorchCheckpoint checkpoint, Fit fit, List<Parameter> parameters) {
        List<String> outputs = parameters.stream()
                .filter(parameter -> parameter.layer().equals("classifier")
                        && parameter.shape().get(0) == SOME_CLASSES)
                .map(parameter -> fit.naming.names().get(parameter.name()))
                .toList();
        List<Long> first = outputs.stream()
                .map(name -> checkpoint.shape(name).stream().findFirst().orElse(0L))
                .distinct()
                .toList();
        if (first.size() != 1 || first.get(0) < SOME_CLASSES || first.get(0) > Integer.MAX_VALUE) {
            throw checkpoint.unfit("its classifier's tensors %s are of %s classes".formatted(outputs, first));
        }
        return Math.toIntExact(first.get(0));
    }

    private ImportedNetwork read(int classes) {
        Map<String, String> names = fit.naming.names();
        // Before anything is allocated.
        for (Parameter parameter : graph.parameters()) {
            checkpoint.require(names.get(parameter.name()), shape(parameter));
        }
        float[] parameters = new float[graph.parameterElements()];
        for (Parameter parameter : graph.parameters()) {
            float[] values = checkpoint.read(names.get(parameter.name()));
            place(parameter, values, parameters);
        }
        return new ImportedNetwork(parameters, classes, names.size(), fit.counters);
    }

    /** PyTorch's shape of {@code parameter}. */
    private static List<Integer> shape(Parameter parameter) {
        List<Integer> shape = parameter.shape();
        return depthwise(parameter) ? List.of(shape.get(2), 1, shape.get(0), shape.get(1)) : shape;
    }

    private static boolean depthwise(Parameter parameter) {
        return parameter.shape().size() == 3;
    }

    /** Copies PyTorch's {@code values} to where {@code parameter} lies, in our layout. */
    private void place(Parameter parameter, float[] values, float[] parameters) {
        int offset = Math.toIntExact(parameter.offset());
        if (depthwise(parameter)) {
            transpose(values, 0, parameter.shape().get(2), parameters, offset, values.length);
        } else if (parameter.key().equals("FC1")) {
            int columns = parameter.shape().get(1);
            for (int row = 0; row < values.length; row += columns) {
                transpose(values, row, inputs(parameter.layer()), parameters, offset + row, columns);
            }
        } else {
            System.arraycopy(values, 0, parameters, offset, values.length);
        }
    }

    /** From channels outermost to channels innermost. */
    private static void transpose(float[] from, int fromOffset, int channels, float[] to, int toOffset, int length) {
        int positions = length / channels;
        for (int channel = 0; channel < channels; channel++) {
            for (int position = 0; position < positions; position++) {
                to[toOffset + position * channels + channel] = from[fromOffset + channel * positions + position];
            }
        }
    }

    /** C_in of a dynamic layer. */
    private int inputs(String layer) {
        return graph.parameters().stream()
                .filter(parameter ->
                        parameter.layer().equals(layer) && parameter.key().equals("W0"))
                .findFirst()
                .orElseThrow()
                .shape()
                .get(1);
    }
}
