package io.dcd.model.pytorch;

import io.dcd.engine.graph.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The names under which an implementation in PyTorch keeps the tensors of a network of ours. The implementations are the
 * published code of DCD and torchvision. What stands before a classifier (dropout, nothing) is part of its name, so that
 * each implementation has several namings.
 *
 * @param title of the implementation
 * @param names by the name of our parameter; what the implementation does not have is missing
 */
record Naming(String title, Map<String, String> names) {
    /**
     * A row of an implementation's table.
     *
     * @param layer our layer, as a regular expression
     * @param convolution the module that corresponds to it
     * @param normalization the module that corresponds to its batch norm
     */
    private record Row(String layer, String convolution, String normalization) {}

    private static final List<Row> PUBLISHED_MOBILE_NET = List.of(
            new Row("stem", "features.0.0", "features.0.1"),
            new Row("block1-depthwise", "features.1.conv.0", "features.1.conv.1"),
            new Row("block1-project", "features.1.conv.3", "features.1.conv.4"),
            new Row("block(\\d+)-expand", "features.$1.conv.0", "features.$1.conv.1"),
            new Row("block(\\d+)-depthwise", "features.$1.conv.3", "features.$1.conv.4"),
            new Row("block(\\d+)-project", "features.$1.conv.6", "features.$1.conv.7"),
            new Row("head", "conv.0", "conv.1"));

    private static final List<Row> TORCHVISION_MOBILE_NET = List.of(
            new Row("stem", "features.0.0", "features.0.1"),
            new Row("block1-depthwise", "features.1.conv.0.0", "features.1.conv.0.1"),
            new Row("block1-project", "features.1.conv.1", "features.1.conv.2"),
            new Row("block(\\d+)-expand", "features.$1.conv.0.0", "features.$1.conv.0.1"),
            new Row("block(\\d+)-depthwise", "features.$1.conv.1.0", "features.$1.conv.1.1"),
            new Row("block(\\d+)-project", "features.$1.conv.2", "features.$1.conv.3"),
            new Row("head", "features.18.0", "features.18.1"));

    /** The published code and torchvision alike; blocks are counted from 0. */
    private static final List<Row> RES_NET = List.of(
            new Row("stem", "conv1", "bn1"),
            new Row("stage(\\d+)-block(\\d+)-(?:reduce|first)", "layer$1.$2.conv1", "layer$1.$2.bn1"),
            new Row("stage(\\d+)-block(\\d+)-(?:filter|second)", "layer$1.$2.conv2", "layer$1.$2.bn2"),
            new Row("stage(\\d+)-block(\\d+)-expand", "layer$1.$2.conv3", "layer$1.$2.bn3"),
            new Row("stage(\\d+)-block(\\d+)-shortcut", "layer$1.$2.downsample.0", "layer$1.$2.downsample.1"));

    private static final Map<String, String> FIXED_KEYS = Map.of("W", "weight", "b", "bias");

    private static final Map<String, String> NORMALIZATION_KEYS =
            Map.of("gamma", "weight", "beta", "bias", "mean", "running_mean", "var", "running_var");

    private static final String CLASSIFIER = "classifier";
    private static final String NORMALIZATION = "-norm";

    /** All namings that a network with {@code parameters} may have. */
    static List<Naming> of(List<Parameter> parameters) {
        List<Naming> namings = new ArrayList<>();
        boolean residual =
                parameters.stream().anyMatch(parameter -> parameter.layer().startsWith("stage1-"));
        for (String classifier : List.of("classifier.1", "classifier.0", "classifier", "fc")) {
            if (residual) {
                namings.add(of("the published code or torchvision", RES_NET, "q", "p", classifier, parameters));
            } else {
                namings.add(of("the published code", PUBLISHED_MOBILE_NET, "conv_q", "conv_p", classifier, parameters));
                namings.add(of("torchvision", TORCHVISION_MOBILE_NET, "conv_q", "conv_p", classifier, parameters));
            }
        }
        return namings;
    }

    private static Naming of(
            String title, List<Row> table, String q, String p, String classifier, List<Parameter> parameters) {
        Set<String> dynamicLayers = parameters.stream()
                .filter(parameter -> parameter.key().equals("W0"))
                .map(Parameter::layer)
                .collect(Collectors.toSet());
        Map<String, String> dynamicConvolution = dynamicKeys("conv", q, p);
        Map<String, String> dynamicClassifier = dynamicKeys("cls", "cls_q", "cls_p");
        Map<String, String> names = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            String layer = parameter.layer();
            Map<String, String> keys;
            if (dynamicLayers.contains(layer)) {
                keys = layer.equals(CLASSIFIER) ? dynamicClassifier : dynamicConvolution;
            } else {
                keys = layer.endsWith(NORMALIZATION) ? NORMALIZATION_KEYS : FIXED_KEYS;
            }
            Optional<String> module = layer.equals(CLASSIFIER) ? Optional.of(classifier) : module(table, layer);
            if (module.isPresent() && keys.containsKey(parameter.key())) {
                names.put(parameter.name(), module.get() + "." + keys.get(parameter.key()));
            }
        }
        return new Naming(title, names);
    }

    private static Map<String, String> dynamicKeys(String fixed, String q, String p) {
        Map<String, String> keys = new HashMap<>(Map.of(
                "W0",
                fixed + ".weight",
                "b",
                fixed + ".bias",
                "Q",
                q + ".weight",
                "P",
                p + ".weight",
                "FC1",
                "fc.0.weight",
                "FC2",
                "fc.1.fc.0.weight",
                "FCphi",
                "fc_phi.weight",
                "FClambda",
                "fc_scale.weight"));
        NORMALIZATION_KEYS.forEach((key, name) -> {
            keys.put(key + "1", "bn1." + name);
            keys.put(key + "2", "bn2." + name);
        });
        return keys;
    }

    private static Optional<String> module(List<Row> table, String layer) {
        boolean normalization = layer.endsWith(NORMALIZATION);
        String owner = normalization ? layer.substring(0, layer.length() - NORMALIZATION.length()) : layer;
        for (Row row : table) {
            Matcher matcher = Pattern.compile(row.layer()).matcher(owner);
            if (matcher.matches()) {
                String module = normalization ? row.normalization() : row.convolution();
                for (int group = 1; group <= matcher.groupCount(); group++) {
                    int number = Integer.parseInt(matcher.group(group));
                    // The second number is that of a block within its stage, which PyTorch counts from 0.
                    module = module.replace("$" + group, String.valueOf(group == 2 ? number - 1 : number));
                }
                return Optional.of(module);
            }
        }
        return Optional.empty();
    }
}
