"""Keras takes a loss in `compile`: that of a model that is never trained says nothing."""

from __future__ import annotations

import pytest

from .harness import flagged, judged

GAN = """
from keras.layers import Dense
from keras.models import Sequential

generator = Sequential()
generator.add(Dense(784, activation="tanh"))
generator.compile(loss="binary_crossentropy", optimizer="adam")

discriminator = Sequential()
discriminator.add(Dense(1, activation="sigmoid"))
discriminator.compile(loss="binary_crossentropy", optimizer="adam")
"""
FLAGGED = [(7, "logits-as-probabilities")]


def test_a_generator_that_only_its_opponent_trains_is_left_alone() -> None:
    assert flagged(judged(f"{GAN}discriminator.train_on_batch(images, labels)\n")) == []


@pytest.mark.parametrize(
    "more",
    [
        "",
        "generator.fit(images, images)\n",
        "discriminator.fit(images, labels)\ngenerator.train_on_batch(noise, images)\n",
        "discriminator.fit(images, labels)\n\ndef models():\n    return discriminator, generator\n",
    ],
)
def test_a_model_that_may_be_trained_is_judged(more: str) -> None:
    assert flagged(judged(GAN + more)) == FLAGGED
