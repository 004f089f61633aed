package io.dcd.model.network;

import java.util.List;

/** The lines of the paper's comparison. Every network can be written in each of them. */
enum Lines {
    STATIC("the network as its authors published it", List.of()) {
        @Override
        Line line(String options, Conventions conventions) {
            OptionText.parse(options, options());
            return new StaticLine();
        }
    },
    SE(
            "squeeze and excitation (Hu et al. 2018) after each convolution that DCD makes dynamic",
            SqueezeExcitationLine.OPTIONS) {
        @Override
        Line line(String options, Conventions conventions) {
            return SqueezeExcitationLine.of(options, conventions);
        }
    },
    CONDCONV("CondConv (Yang et al. 2019) in the last blocks and the classifier", ConditionalLine.OPTIONS) {
        @Override
        Line line(String options, Conventions conventions) {
            return ConditionalLine.of(options, conventions);
        }
    },
    DYCONV("DY-Conv (Chen et al. 2020) in every convolution but the stem", DynamicLine.OPTIONS) {
        @Override
        Line line(String options, Conventions conventions) {
            return DynamicLine.of(options, conventions);
        }
    },
    DCD("dynamic convolution decomposition (Li et al. 2021)", DcdOptions.ALL) {
        @Override
        Line line(String options, Conventions conventions) {
            return new DcdLine(DcdOptions.parse(options), conventions);
        }
    };

    private final String meaning;
    private final List<NetworkOption> options;

    Lines(String meaning, List<NetworkOption> options) {
        this.meaning = meaning;
        this.options = options;
    }

    /** What stands in the name of a network. */
    String key() {
        return OptionText.lower(this);
    }

    String meaning() {
        return meaning;
    }

    List<NetworkOption> options() {
        return options;
    }

    /** The line with {@code options}, of the form {@code key=value,key=value}, in a network of these conventions. */
    abstract Line line(String options, Conventions conventions);
}
