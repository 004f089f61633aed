package io.dcd.model.cost;

import static io.dcd.model.cost.PaperTable.Row.printed;
import static io.dcd.model.cost.PaperTable.Row.recalled;

import java.util.List;
import java.util.stream.Collectors;

/** The tables of the DCD paper (Li et al., ICLR 2021) whose parameters and multiply-adds can be computed. */
public final class PaperTables {
    private static final String STATIC = "mobilenetv2-x0.5-static";
    private static final String DYNAMIC = "mobilenetv2-x0.5-dcd:places=";
    private static final String POINTWISE = DYNAMIC + "pw";

    private static final String DEPTHWISE =
            "the paper does not give the branch of a depthwise layer: with that of the pointwise layers it has 0.1 million parameters less";

    private static final List<PaperTable> ALL = List.of(
            new PaperTable(
                    "1a",
                    "MobileNetV2 ×0.5: Λ and Φ",
                    List.of(
                            printed("static", STATIC, 2.0, 97.0, 65.4),
                            printed("Λ", POINTWISE + ",fusion=false", 2.4, 97.4, 68.2),
                            printed("Φ", POINTWISE + ",attention=false", 2.7, 104.4, 69.2),
                            printed("Λ and Φ", POINTWISE, 2.9, 104.6, 69.8))),
            new PaperTable(
                    "1b",
                    "ResNet-18: Λ and Φ",
                    List.of(
                            printed("static", "resnet18-static", 11.1, 1810, 70.4)
                                    .leavingOutTheClassifier(),
                            printed("Λ", "resnet18-dcd:fusion=false", 11.7, 1810, 71.5)
                                    .leavingOutTheClassifier()
                                    .remarking("the published code's branch has a million parameters more without Φ"),
                            printed("Φ", "resnet18-dcd:attention=false", 13.6, 1830, 72.8)
                                    .leavingOutTheClassifier()
                                    .remarking(
                                            "the published code's branch has 0.15 million parameters more without Λ"),
                            printed("Λ and Φ", "resnet18-dcd", 14.0, 1830, 73.1).leavingOutTheClassifier())),
            new PaperTable(
                    "2",
                    "MobileNetV2 ×0.5: dimension of the latent space",
                    List.of(
                            printed("static", STATIC, 2.0, 97.0, 65.4),
                            printed("L × 0.25", POINTWISE + ",multiplier=0.25", 2.4, 99.8, 68.7),
                            printed("L × 0.5", POINTWISE + ",multiplier=0.5", 2.5, 101.3, 69.0),
                            printed("L × 0.75", POINTWISE + ",multiplier=0.75", 2.6, 102.9, 69.6),
                            printed("L × 1.0", POINTWISE, 2.9, 104.6, 69.8))),
            new PaperTable(
                    "3a",
                    "MobileNetV2 ×0.5: diagonal blocks of Φ",
                    List.of(
                            printed("static", STATIC, 2.0, 97.0, 65.4),
                            printed("Φ, B = 1", POINTWISE + ",attention=false", 2.7, 104.4, 69.2),
                            printed("Φ, B = 2", POINTWISE + ",attention=false,blocks=2", 2.6, 101.0, 68.5),
                            printed("Φ, B = 4", POINTWISE + ",attention=false,blocks=4", 2.5, 99.1, 68.4),
                            printed("Φ, B = 8", POINTWISE + ",attention=false,blocks=8", 2.5, 98.5, 68.3),
                            printed("Λ and Φ, B = 1", POINTWISE, 2.9, 104.6, 69.8),
                            printed("Λ and Φ, B = 2", POINTWISE + ",blocks=2", 2.8, 101.3, 68.9),
                            printed("Λ and Φ, B = 4", POINTWISE + ",blocks=4", 2.7, 99.4, 68.8),
                            printed("Λ and Φ, B = 8", POINTWISE + ",blocks=8", 2.7, 98.8, 68.5))),
            new PaperTable(
                    "3b",
                    "MobileNetV2 ×0.5: where it is dynamic",
                    List.of(
                            printed("static", STATIC, 2.0, 97.0, 65.4),
                            printed("depthwise", DYNAMIC + "dw", 2.4, 97.5, 68.3)
                                    .remarking(DEPTHWISE),
                            printed("pointwise", POINTWISE, 2.9, 104.6, 69.8),
                            printed("classifier", DYNAMIC + "cls", 2.2, 97.2, 66.6)
                                    .remarking("2.149 million, a thousand short of what rounds to 2.2"),
                            printed("depthwise, classifier", DYNAMIC + "dw+cls", 2.6, 97.7, 69.0)
                                    .remarking(DEPTHWISE),
                            printed("depthwise, pointwise", DYNAMIC + "dw+pw", 3.3, 105.1, 69.6)
                                    .remarking(DEPTHWISE),
                            printed("pointwise, classifier", "mobilenetv2-x0.5-dcd", 3.1, 104.8, 70.2),
                            printed("all", DYNAMIC + "dw+pw+cls", 3.5, 105.3, 70.0)
                                    .remarking(DEPTHWISE))),
            new PaperTable(
                    "4",
                    "Comparison",
                    List.of(
                            printed("MobileNetV2 ×1.0", "mobilenetv2-x1.0-static", 3.5, 300.0, 72.0),
                            printed("MobileNetV2 ×1.0, DCD", "mobilenetv2-x1.0-dcd", 5.5, 326.0, 75.2)
                                    .remarking(
                                            "5.540 million with a static classifier: the printed count leaves the dynamic one out"),
                            printed("MobileNetV2 ×0.5", STATIC, 2.0, 97.0, 65.4),
                            printed("MobileNetV2 ×0.5, DCD", "mobilenetv2-x0.5-dcd", 3.1, 104.8, 70.2),
                            recalled("MobileNetV2 ×1.0, CondConv", "mobilenetv2-x1.0-condconv", 27.5, 329, 74.6),
                            recalled("MobileNetV2 ×1.0, DY-Conv", "mobilenetv2-x1.0-dyconv", 11.1, 312.9, 75.2),
                            recalled("MobileNetV2 ×0.5, CondConv", "mobilenetv2-x0.5-condconv", 15.5, 113, 68.4),
                            recalled("MobileNetV2 ×0.5, DY-Conv", "mobilenetv2-x0.5-dyconv", 4.0, 101.4, 69.9),
                            recalled("MobileNetV2 ×0.35, DY-Conv", "mobilenetv2-x0.35-dyconv", 2.8, 62.0, 65.9),
                            recalled("ResNet-50, DY-Conv", "resnet50-dyconv", 100.9, 4000, 77.2)
                                    .leavingOutTheClassifier(),
                            recalled("ResNet-18, DY-Conv", "resnet18-dyconv", 42.7, 1850, 72.7)
                                    .leavingOutTheClassifier(),
                            recalled("ResNet-10, DY-Conv", "resnet10-dyconv", 18.6, 910, 67.7)
                                    .leavingOutTheClassifier(),
                            recalled("MobileNetV2 ×0.35", "mobilenetv2-x0.35-static", 1.7, 59.2, 60.3),
                            recalled("MobileNetV2 ×0.35, DCD", "mobilenetv2-x0.35-dcd", 2.3, 63.0, 66.6),
                            recalled("ResNet-50", "resnet50-static", 23.5, 3800, 76.2)
                                    .leavingOutTheClassifier(),
                            recalled("ResNet-50, DCD", "resnet50-dcd", 29.8, 3900, 77.9),
                            printed("ResNet-18", "resnet18-static", 11.1, 1810, 70.4)
                                    .leavingOutTheClassifier(),
                            printed("ResNet-18, DCD", "resnet18-dcd", 14.0, 1830, 73.1)
                                    .leavingOutTheClassifier(),
                            recalled("ResNet-10", "resnet10-static", 5.2, 890, 63.5)
                                    .leavingOutTheClassifier(),
                            recalled("ResNet-10, DCD", "resnet10-dcd", 6.5, 900, 69.6))));

    private PaperTables() {}

    /** All tables. */
    public static List<PaperTable> all() {
        return ALL;
    }

    /**
     * The table {@code id}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static PaperTable named(String id) {
        return ALL.stream()
                .filter(table -> table.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no table '%s', only %s"
                        .formatted(id, ALL.stream().map(PaperTable::id).collect(Collectors.joining(", ")))));
    }
}
